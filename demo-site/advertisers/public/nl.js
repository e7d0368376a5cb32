/* Northlight Analytics page tag. Add it once per page:  <script src="https://northlight.example/nl.js"></script> */
(function (window, document) {
  'use strict';
  if (window.northlight) return;

  var tag = document.currentScript;
  var collector = new URL('/collect', tag.src).href;
  var started = Date.now();

  function random() {
    return Math.random().toString(36).slice(2, 12);
  }

  function cookie(name) {
    var found = document.cookie.match('(?:^|; )' + name + '=([^;]*)');
    return found ? found[1] : null;
  }

  // One id in two places: whichever survives restores the other.
  function visitor() {
    var id = cookie('_nl');
    try {
      id = id || JSON.parse(window.localStorage.getItem('nl_visitor') || '{}').id;
    } catch (_) {}
    id = id || 'nl1.' + started.toString(36) + '.' + random();
    document.cookie = '_nl=' + id + '; path=/; max-age=33696000; SameSite=Lax';
    try {
      var seen = JSON.parse(window.localStorage.getItem('nl_visitor') || '{}').seen || 0;
      window.localStorage.setItem('nl_visitor', JSON.stringify({ id: id, seen: seen + 1, last: started }));
    } catch (_) {}
    return id;
  }

  var who = visitor();
  var visit = random();

  function address(event, more) {
    var query = new URLSearchParams({ v: '1', e: event, u: who, s: visit, p: location.pathname, t: document.title });
    Object.keys(more || {}).forEach(function (key) {
      query.set(key, more[key]);
    });
    return collector + '?' + query;
  }

  // The page view goes as a clear GIF: works everywhere, needs no permission from the collector.
  new Image(1, 1).src = address('view', { r: document.referrer, w: window.innerWidth });

  // Web vitals are posted once the page has settled.
  function vitals() {
    setTimeout(function () {
      var paint = performance.getEntriesByName('first-contentful-paint')[0];
      fetch(address('vitals'), {
        method: 'POST',
        mode: 'no-cors',
        credentials: 'include',
        keepalive: true,
        body: JSON.stringify({ fcp: paint ? Math.round(paint.startTime) : null, load: Math.round(performance.now()) }),
      }).catch(function () {});
    }, 300);
  }
  if (document.readyState === 'complete') vitals();
  else window.addEventListener('load', vitals);

  // Clicks on links are posted by XHR, which the oldest integrations still expect.
  document.addEventListener('click', function (event) {
    var link = event.target instanceof Element && event.target.closest('a[href]');
    if (!link) return;
    try {
      var request = new XMLHttpRequest();
      request.open('POST', address('click'));
      request.withCredentials = true;
      request.setRequestHeader('Content-Type', 'text/plain');
      request.send(link.href);
    } catch (_) {}
  });

  // Time on page leaves by beacon when the page is put away.
  document.addEventListener('visibilitychange', function () {
    if (document.visibilityState === 'hidden' && navigator.sendBeacon) {
      navigator.sendBeacon(address('leave'), JSON.stringify({ seconds: Math.round((Date.now() - started) / 1000) }));
    }
  });

  window.northlight = {
    version: '3.2.0',
    /** Sends one event of the page's own. */
    track: function (name) {
      new Image(1, 1).src = address('custom', { name: String(name).slice(0, 64) });
    },
  };
})(window, document);
