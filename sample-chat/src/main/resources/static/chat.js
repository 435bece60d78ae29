'use strict';

const element = (id) => document.getElementById(id);

/** The connection we are in, or null. Events of earlier ones are not for us any more. */
let socket = null;
let name = '';

function join() {
  const address = new URL('chat', location.href);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  address.search = new URLSearchParams({name});
  const joining = new WebSocket(address);
  let joined = false;
  socket = joining;
  show('joining', 'Connecting…');

  joining.addEventListener('open', () => {
    joined = true;
    if (joining === socket) {
      show('in', `Connected as ${name}`);
      element('text').focus();
    }
  });
  joining.addEventListener('message', (event) => {
    if (joining === socket) {
      append(event.data);
    }
  });
  joining.addEventListener('close', (event) => {
    if (joining === socket) {
      socket = null;
      joined ? lost(event) : refused();
    }
  });
}

function leave() {
  const leaving = socket;
  socket = null;
  leaving?.close(1000);
  element('messages').replaceChildren();
  show('out', 'Not connected');
  element('name').focus();
}

/** A browser does not tell a page why a connection was refused, so we name the likely reasons. */
function refused() {
  const again = element('messages').childElementCount > 0;
  show(again ? 'lost' : 'out', 'Not connected', 'The server did not let you in: either it is not running, '
    + 'or it does not like the name. A name has 2 to 50 characters.');
}

function lost(event) {
  const reason = event.code === 1001 ? 'The server is shutting down.' : 'The connection was lost.';
  show('lost', 'Connection lost', `${reason} Rejoin when you like; what you can read here stays.`);
  element('rejoin').focus();
}

/** Shows what fits one of the states: out, joining, in, lost. */
function show(state, status, problem = '') {
  element('status').dataset.state = state;
  element('status').textContent = status;
  element('problem').textContent = problem;
  element('problem').hidden = problem === '';
  const inside = state === 'in' || state === 'lost' || element('messages').childElementCount > 0;
  element('join-form').hidden = inside;
  element('join').disabled = state === 'joining';
  element('room').hidden = !inside;
  element('talk-form').hidden = state !== 'in';
  element('rejoin').hidden = state !== 'lost';
}

/** Adds a line. Others wrote it: textContent, never innerHTML. */
function append(line) {
  const messages = element('messages');
  const atEnd = messages.scrollHeight - messages.scrollTop - messages.clientHeight < 40;
  const item = document.createElement('li');
  item.textContent = line;
  if (line.startsWith(`${name}: `)) {
    item.className = 'mine';
  } else if (!line.includes(': ')) {
    item.className = 'notice';
  }
  messages.append(item);
  if (atEnd) {
    messages.scrollTop = messages.scrollHeight;
  }
}

element('join-form').addEventListener('submit', (event) => {
  event.preventDefault();
  name = element('name').value.trim();
  // The server counts UTF-16 units, as JavaScript does.
  const fits = name.length >= 2 && name.length <= 50;
  element('name').setAttribute('aria-invalid', String(!fits));
  if (fits) {
    join();
  } else {
    show('out', 'Not connected', `A name has 2 to 50 characters; this one has ${name.length}.`);
    element('name').focus();
  }
});

element('talk-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = element('text').value.trim();
  if (text !== '') {
    socket.send(text);
    element('text').value = '';
  }
  element('text').focus();
});

element('leave').addEventListener('click', leave);
element('rejoin').addEventListener('click', join);
