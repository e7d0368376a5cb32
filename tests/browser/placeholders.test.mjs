// Frames and players that wait: what stands in their place, what it offers, and that "once" is once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrived, forgetReceived, inEveryBrowser, pathsOf, received, stateOf } from './visitor.mjs';

/** The document of a placeholder: a frame's own, or the shadow beside a player. @param {string} selector */
const inPlaceOf = (selector) => `((element) => element.contentDocument ?? element.previousElementSibling?.shadowRoot)(document.querySelector('${selector}'))`;
/** @param {string} selector */
const button = (selector, name = '') => `${inPlaceOf(selector)}?.querySelector('button${name}')`;
const FRAME = '#waiting-frame';
const VIDEO = '#waiting-video';
/** Brings an element into view, where alone a placeholder is made. @param {string} selector */
const show = (selector) => `document.querySelector('${selector}').scrollIntoView({ block: 'center' })`;

inEveryBrowser('placeholders', (visitor) => {
  test('[W6] once: the frame loads, nothing else does, and the choice stays as it was', async () => {
    const page = await visitor.visits('/markup');
    await page.evaluate(show(FRAME));
    await page.waitFor(`!!${button(FRAME, '.main')}`);
    const text = /** @type {string} */ (await page.evaluate(`${inPlaceOf(FRAME)}.body.textContent`));
    assert.match(text, /Adharbor learns that you are here .*, for: Advertising\./);
    assert.match(text, /Load this once/);
    assert.equal(await page.evaluate(`[...${inPlaceOf(FRAME)}.querySelectorAll('a')].every((link) => link.target === '_blank' && link.rel === 'noopener')`), true);
    assert.equal(received().adharbor, 0);
    await page.evaluate(`${button(FRAME, '.main')}.click()`);
    await arrived(['adharbor/frame']);
    const { decided, purposes } = await stateOf(page);
    assert.deepEqual([decided, purposes.advertising], [false, 'unknown']);
    // The picture of one pixel waits for the same purpose, and goes on waiting.
    await page.evaluate("fetch('/lab/counts').then((response) => response.text())");
    assert.deepEqual(pathsOf('adharbor').filter((path) => path.startsWith('/px.gif')), []);
    assert.equal(await page.evaluate("metrofaxConsent.log.findLast((line) => line.request.url?.includes('/frame?')).verdict.outcome"), 'allow');
    // Until the next page.
    forgetReceived();
    await page.reload();
    await page.evaluate(show(FRAME));
    await page.waitFor(`!!${button(FRAME, '.main')}`);
    assert.equal(received().adharbor, 0);
    assert.deepEqual(page.errors, []);
  });

  test('once, and then refused: the frame goes', async () => {
    const page = await visitor.visits('/markup');
    await page.evaluate(show(FRAME));
    await page.waitFor(`!!${button(FRAME, '.main')}`);
    await page.evaluate(`${button(FRAME, '.main')}.click()`);
    await arrived(['adharbor/frame']);
    await page.evaluate('metrofaxConsent.rejectAll()');
    await page.waitFor(`${inPlaceOf(FRAME)}?.URL === 'about:blank' && !!${button(FRAME)}`);
  });

  test('a player: a placeholder beside it, as large; "always" grants its purposes one by one, and both come and go', async () => {
    const page = await visitor.visits('/markup');
    await page.evaluate(show(VIDEO));
    await page.waitFor(`!!${button(VIDEO, '.always')}`);
    const [hidden, width, height] = /** @type {[boolean, number, number]} */ (await page.evaluate(`(() => { const video = document.querySelector('${VIDEO}');
      const { width, height } = video.previousElementSibling.getBoundingClientRect(); return [video.getClientRects().length === 0, width, height] })()`));
    assert.deepEqual([hidden, width, height], [true, 320, 180]);
    await page.evaluate(`${button(VIDEO, '.always')}.click()`);
    await arrived(['circlet/clip']);
    await page.waitFor(`document.querySelector('${VIDEO}').getClientRects().length === 1 && !document.querySelector('metrofax-placeholder')`);
    const { purposes } = await stateOf(page);
    assert.deepEqual([purposes.social, purposes.advertising], ['granted', 'unknown']);
    assert.deepEqual(page.errors, []);
  });

  test('refused before the page came: no "once", because this page is closed; "always" says that it loads again, and does', async () => {
    const page = await visitor.visits('/markup');
    await page.evaluate('metrofaxConsent.rejectAll()');
    await page.reload();
    await page.evaluate(show(FRAME));
    await page.waitFor(`!!${button(FRAME, '.always')}`);
    assert.equal(await page.evaluate(`${button(FRAME, '.main')}`), null);
    assert.match(await page.evaluate(`${inPlaceOf(FRAME)}.body.textContent`), /loaded again once/);
    await page.evaluate(`${button(FRAME, '.always')}.click()`);
    await arrived(['adharbor/frame']);
    await page.waitFor("window.metrofaxConsent?.state.purposes.advertising === 'granted'");
  });

  test('somebody undeclared: nothing is offered but the way there', async () => {
    const page = await visitor.visits('/markup');
    await page.evaluate(`(() => { const frame = document.createElement('iframe'); frame.id = 'nobody'; frame.width = frame.height = 400; frame.src = 'https://player.example/1';
      document.body.prepend(frame); frame.scrollIntoView() })()`);
    await page.waitFor(`!!${inPlaceOf('#nobody')}?.querySelector('a[href="https://player.example/1"]')`);
    assert.equal(await page.evaluate(`${inPlaceOf('#nobody')}.querySelectorAll('button').length`), 0);
    assert.match(await page.evaluate(`${inPlaceOf('#nobody')}.body.textContent`), /does not let content from player\.example load/);
  });
});
