/* Circlet share widget. Put <div data-circlet="share"></div> where the button goes, and this script once. */
(function (window, document) {
  'use strict';
  if (window.circlet) return;

  var origin = new URL(document.currentScript.src).origin;

  function draw(place) {
    if (place.firstElementChild) return;
    var button = document.createElement('button');
    button.type = 'button';
    button.className = 'circlet-button';
    button.textContent = 'Share on Circlet';
    button.addEventListener('click', function () {
      fetch(origin + '/share', { method: 'POST', mode: 'no-cors', credentials: 'include', body: location.href })
        .then(function () {
          button.textContent = 'Shared';
        })
        .catch(function () {});
    });
    place.appendChild(button);
  }

  function run() {
    Array.prototype.forEach.call(document.querySelectorAll('[data-circlet]'), draw);
  }

  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', run);
  else run();

  // How many people look at this page right now.
  if (window.WebSocket) {
    var socket = new WebSocket(origin.replace(/^http/, 'ws') + '/live');
    socket.onmessage = function (event) {
      window.circlet.present = JSON.parse(event.data).present;
    };
    window.addEventListener('pagehide', function () {
      socket.close();
    });
  }

  window.circlet = { version: '1.9', present: null };
})(window, document);
