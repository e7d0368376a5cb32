/* Adharbor, in a frame of the network's own: asks the page above what it may, by the messages of IAB's three APIs, shows the answers, and
   passes the strings on with its next request, as ad servers do. */
(function () {
  'use strict';

  /* The nearest frame above that has a frame by this name. */
  function holderOf(locator) {
    for (var frame = window; ; frame = frame.parent) {
      try {
        if (frame.frames[locator]) return frame;
      } catch {
        /* of another origin, and without such a frame */
      }
      if (frame === window.top) return null;
    }
  }

  var waiting = {};
  var calls = 0;

  function ask(api, command, version, heard) {
    var holder = holderOf(api + 'Locator');
    if (!holder) return;
    var callId = api + (calls += 1);
    var call = {};
    call[api + 'Call'] = { command: command, version: version, parameter: null, callId: callId };
    waiting[callId] = heard;
    /* Some ad scripts send objects, some text. */
    holder.postMessage(calls % 2 ? call : JSON.stringify(call), '*');
  }

  window.addEventListener('message', function (event) {
    var data = event.data;
    try {
      if (typeof data === 'string') data = JSON.parse(data);
    } catch {
      return;
    }
    ['__tcfapi', '__gpp', '__uspapi'].forEach(function (api) {
      var answer = data && data[api + 'Return'];
      if (answer && waiting[answer.callId]) waiting[answer.callId](answer.returnValue, answer.success);
    });
  });

  var known = {};
  var passed = '';

  function learn(name, value) {
    known[name] = String(value);
    var line = document.querySelector('[data-says="' + name + '"]');
    if (line) line.textContent = known[name] || 'nothing';
    if (!('gdpr' in known && 'gpp' in known && 'us_privacy' in known)) return;
    var query = new URLSearchParams(known).toString();
    if (query === passed) return;
    passed = query;
    new Image(1, 1).src = '/bid.gif?' + query;
  }

  ask('__tcfapi', 'addEventListener', 2, function (data, success) {
    if (!success || (data.gdprApplies && data.eventStatus === 'cmpuishown')) return;
    learn('gdpr_consent', data.tcString || '');
    learn('gdpr', data.gdprApplies ? 1 : 0);
  });
  ask('__gpp', 'addEventListener', '1.1', function (event, success) {
    if (!success || event.pingData.signalStatus !== 'ready') return;
    learn('gpp_sid', event.pingData.applicableSections.join('_'));
    learn('gpp', event.pingData.gppString);
    ask('__uspapi', 'getUSPData', 1, function (data, fine) { learn('us_privacy', fine ? data.uspString : ''); });
  });
})();
