const SUBPROTOCOL = 'json.webpubsub.azure.v1';
const groupOf = (room) => `room-${room}`;
const element = (id) => document.getElementById(id);

let socket;
let me;
let room = 'lobby';
let ackId = 0;
const pending = new Map();

element('enter').addEventListener('submit', async (event) => {
  event.preventDefault();
  const name = new FormData(event.target).get('name').trim();
  if (name) await connect(name);
});

element('say').addEventListener('submit', async (event) => {
  event.preventDefault();
  const input = event.target.elements.text;
  const text = input.value.trim();
  if (!text) return;
  input.value = '';
  const direct = /^@(\S+)\s+(.+)$/s.exec(text);
  if (direct) await tell(direct[1], direct[2]);
  else await say(text);
});

element('change-room').addEventListener('click', async () => {
  const next = element('room').value.trim();
  if (!next || next === room) return;
  await request({ type: 'leaveGroup', group: groupOf(room) });
  await request({ type: 'joinGroup', group: groupOf(next) });
  room = next;
  notice(`You are in ${room}.`);
});

async function connect(name) {
  const response = await fetch('/negotiate');
  if (!response.ok) return notice(`The server said ${response.status}.`);
  const url = new URL((await response.json()).url);
  // Who we are is for the connect handler to see.
  url.searchParams.set('name', name);
  socket = new WebSocket(url, SUBPROTOCOL);
  socket.addEventListener('message', ({ data }) => receive(JSON.parse(data), name));
  socket.addEventListener('close', ({ code }) => {
    element('status').textContent = `disconnected (${code})`;
    for (const { resolve } of pending.values()) resolve(false);
    pending.clear();
  });
}

function receive(message, name) {
  switch (message.type) {
    case 'system':
      return receiveSystem(message, name);
    case 'ack':
      return receiveAck(message);
    case 'message':
      return show(message.data);
  }
}

function receiveSystem(message, name) {
  if (message.event === 'disconnected') return notice(message.message);
  me = { name, connectionId: message.connectionId };
  element('enter').hidden = true;
  element('chat').hidden = false;
  element('status').textContent = `connected as ${name}`;
  notice(`You are in ${room}.`);
}

function receiveAck({ ackId: id, success, error }) {
  const waiting = pending.get(id);
  pending.delete(id);
  if (!success) notice(waiting?.failure ?? error.message);
  waiting?.resolve(success);
}

/** Sends a request, and resolves with whether the service has done it. */
function request(message, failure) {
  ackId += 1;
  const id = ackId;
  socket.send(JSON.stringify({ ...message, ackId: id }));
  return new Promise((resolve) => pending.set(id, { resolve, failure }));
}

function say(text) {
  const event = { type: 'event', event: 'say', dataType: 'json', data: { room, text } };
  return request(event, 'That was not sent: it is too long, or you are muted here.');
}

async function tell(user, text) {
  const response = await fetch(`/users/${encodeURIComponent(user)}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: me.name, text }),
  });
  notice(response.ok ? `To ${user}: ${text}` : `${user} is not here.`);
}

function show({ room: from, name, text, connectionId, direct, presence }) {
  if (presence) return notice(text);
  const item = document.createElement('li');
  const who = document.createElement('strong');
  who.textContent = direct ? `${name}, to you` : name;
  item.append(who, text);
  if (direct) item.className = 'direct';
  if (connectionId && connectionId !== me.connectionId && element('password').value) {
    item.append(...moderation(from, connectionId));
  }
  append(item);
}

function moderation(from, connectionId) {
  const muted = `/rooms/${encodeURIComponent(from)}/muted/${connectionId}`;
  return [
    action('mute', 'PUT', muted),
    action('unmute', 'DELETE', muted),
    action('kick', 'DELETE', `/connections/${connectionId}`),
  ];
}

function action(label, method, path) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = label;
  button.addEventListener('click', async () => {
    const headers = { 'x-moderator-password': element('password').value };
    const { ok, status } = await fetch(path, { method, headers });
    notice(ok ? `${label}: done` : `${label}: refused (${status})`);
  });
  return button;
}

function notice(text) {
  const item = document.createElement('li');
  item.className = 'notice';
  item.textContent = text;
  append(item);
}

function append(item) {
  const list = element('messages');
  list.append(item);
  list.scrollTop = list.scrollHeight;
}
