// What MSAL needs to call over connections that trust a test authority.
import https from 'node:https';

/// `agent`: an https.Agent with the authority's certificate.
export function msalNetwork(agent) {
  const call = (method, url, options = {}) => new Promise((resolve, reject) => {
    const request = https.request(url, { method, headers: options.headers, agent }, (response) => {
      let text = '';
      response.on('data', (part) => (text += part));
      response.on('end', () => resolve({ headers: response.headers, status: response.statusCode, body: text ? JSON.parse(text) : {} }));
    });
    request.on('error', reject);
    request.end(options.body);
  });
  return {
    sendGetRequestAsync: (url, options) => call('GET', url, options),
    sendPostRequestAsync: (url, options) => call('POST', url, options),
  };
}
