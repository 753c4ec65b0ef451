// A process of its own that holds many connections, since both ends of each need a descriptor. Started by fork() with
// PORT and COUNT; at every message it asks once on each connection and answers { answered, lost }.
import net from 'node:net';

const [port, count] = process.argv.slice(2).map(Number);
const kBatch = 100;
const kRequest = 'GET /realms/master HTTP/1.1\r\nHost: localhost\r\n\r\n';
const sockets = [];
let lost = 0;

function open() {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(socket));
    socket.on('error', () => {});
    socket.once('close', () => {
      ++lost;
      resolve(socket);
    });
  });
}

/// True when the whole answer has come and is a 200.
function ask(socket) {
  return new Promise((resolve) => {
    let text = '';
    const done = (result) => {
      socket.off('data', read).off('close', fail);
      resolve(result);
    };
    const fail = () => done(false);
    const read = (part) => {
      text += part;
      const head = text.indexOf('\r\n\r\n');
      const length = /^content-length: (\d+)/im.exec(text)?.[1];
      if (head >= 0 && text.length >= head + 4 + Number(length)) done(text.startsWith('HTTP/1.1 200'));
    };
    if (socket.destroyed) return resolve(false);
    socket.on('data', read).once('close', fail);
    socket.write(kRequest);
  });
}

process.on('message', async () => {
  while (sockets.length < count) sockets.push(...(await Promise.all(Array.from({ length: Math.min(kBatch, count - sockets.length) }, open))));
  let answered = 0;
  for (let i = 0; i < sockets.length; i += kBatch) answered += (await Promise.all(sockets.slice(i, i + kBatch).map(ask))).filter(Boolean).length;
  process.send({ answered, lost });
});
process.on('disconnect', () => process.exit(0));
