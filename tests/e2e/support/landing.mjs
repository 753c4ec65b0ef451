// The smallest application: shows on its page what the browser brought, whatever the path.
import http from 'node:http';

const escape = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/// Serves on `port`; returns `{ origin, posts }`, where `posts` lists the bodies posted to it.
export async function serveLanding(port) {
  const posts = [];
  const server = http.createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    if (request.method === 'POST') posts.push(new URLSearchParams(body));
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(`<!doctype html><html lang="en"><title>Application</title><p id="landed">${escape(request.url)}</p>`);
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  server.unref();
  return { origin: `http://localhost:${server.address().port}`, posts };
}
