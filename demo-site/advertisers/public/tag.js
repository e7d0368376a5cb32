/* Adharbor publisher tag. Put <div data-ah-slot="NAME"></div> where an advertisement may go, and this script once. */
(function (window, document) {
  'use strict';
  if (window.adharbor) return;

  var origin = new URL(document.currentScript.src).origin;
  var page = encodeURIComponent(location.pathname);

  function browserId() {
    var found = document.cookie.match(/(?:^|; )_ah=([^;]*)/);
    var id = found ? found[1] : 'ah.' + Date.now().toString(36) + '.' + Math.random().toString(36).slice(2, 10);
    document.cookie = '_ah=' + id + '; path=/; max-age=33696000; SameSite=Lax';
    return id;
  }

  var id = browserId();

  function fill(slot) {
    if (slot.dataset.ahFilled) return;
    slot.dataset.ahFilled = 'yes';
    var frame = document.createElement('iframe');
    frame.title = 'Advertisement';
    frame.width = '100%';
    frame.height = '90';
    frame.loading = 'lazy';
    frame.src = origin + '/frame?slot=' + encodeURIComponent(slot.dataset.ahSlot) + '&page=' + page + '&id=' + id;
    slot.appendChild(frame);
  }

  function run() {
    Array.prototype.forEach.call(document.querySelectorAll('[data-ah-slot]'), fill);
    // Match the first-party id with the network's own cookie.
    var sync = new Image(1, 1);
    sync.alt = '';
    sync.src = origin + '/px.gif?sync=' + id + '&page=' + page;
  }

  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', run);
  else run();

  // Stays connected while the page is open, to sell only slots that somebody sees.
  if (window.EventSource) {
    var live = new EventSource(origin + '/live?id=' + id, { withCredentials: true });
    window.addEventListener('pagehide', function () {
      live.close();
    });
  }

  window.adharbor = { version: '8.1', refresh: run };
})(window, document);
