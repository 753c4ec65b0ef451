// A mail server for one test file: takes every message on the loopback and keeps it. Reads what people read of a mail:
// the text part, and the link in it.
import net from 'node:net';

import { until } from '../harness.mjs';

function unquote(text) {
  const bytes = text.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

export class Mail {
  constructor(from, to, content) {
    Object.assign(this, { from, to, content });
    const [head] = content.split('\r\n\r\n', 1);
    this.headers = Object.fromEntries(head.replace(/\r\n /g, ' ').split('\r\n')
      .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]));
  }

  part(type) {
    const boundary = /boundary="([^"]+)"/.exec(this.headers['content-type'])[1];
    const found = this.content.split(`--${boundary}`).find((part) => part.includes(`Content-Type: ${type}`));
    return unquote(found.slice(found.indexOf('\r\n\r\n') + 4));
  }

  get text() {
    return this.part('text/plain');
  }

  /// The only link of the text part.
  get link() {
    return /^https?:\/\/\S+$/m.exec(this.text)?.[0];
  }
}

export class MailSink {
  mails = [];
  #server = net.createServer((socket) => this.#converse(socket));

  async listen() {
    await new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.port = this.#server.address().port;
    return this;
  }

  close() {
    this.#server.close();
  }

  /// The realm setting that sends mail here.
  get smtpServer() {
    return { host: '127.0.0.1', port: `${this.port}`, from: 'no-reply@village.example', fromDisplayName: 'The Village' };
  }

  /// Waits for the next mail to this address and takes it.
  async take(to) {
    const index = await until(`mail to ${to}`, () => {
      const found = this.mails.findIndex((mail) => mail.to.includes(`<${to}>`));
      return found >= 0 ? { found } : null;
    });
    return this.mails.splice(index.found, 1)[0];
  }

  #converse(socket) {
    let buffer = '';
    let from = '';
    let to = '';
    let inData = false;
    const say = (line) => socket.write(`${line}\r\n`);
    socket.setEncoding('latin1');
    socket.on('error', () => {});
    socket.on('data', (part) => {
      buffer += part;
      for (;;) {
        const end = buffer.indexOf(inData ? '\r\n.\r\n' : '\r\n');
        if (end < 0) return;
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + (inData ? 5 : 2));
        if (inData) {
          this.mails.push(new Mail(from, to, `${line}\r\n`.replace(/^\.\./gm, '.')));
          inData = false;
          say('250 taken');
        } else if (/^EHLO /i.test(line)) {
          say('250 sink.example');
        } else if (/^MAIL FROM:/i.test(line)) {
          from = line.slice(10);
          say('250 ok');
        } else if (/^RCPT TO:/i.test(line)) {
          to = line.slice(8);
          say('250 ok');
        } else if (/^DATA/i.test(line)) {
          inData = true;
          say('354 go on');
        } else if (/^QUIT/i.test(line)) {
          say('221 bye');
          socket.end();
        } else {
          say('502 what?');
        }
      }
    });
    say('220 sink.example ESMTP');
  }
}
