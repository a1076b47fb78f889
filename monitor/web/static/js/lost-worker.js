/**
 * Answers for a service that cannot be reached: whoever opens a page then sees MONITORING LOST.
 *
 * A service worker. It keeps that one page and what it is made of, and nothing
 * else: no answer of the API, no page with a value on it. What is live goes past
 * it untouched, and a page is fetched from the service each time.
 */

/**
 * What a service worker's events can do beside others.
 * @typedef {Event & { waitUntil: (done: Promise<unknown>) => void }} Lasting
 * @typedef {Event & { request: Request, respondWith: (answer: Promise<Response>) => void }} Fetching
 */

const PAGE = "/lost/page";
const PARTS = [
  "/lost/css/base.css",
  "/lost/icon.svg",
  "/lost/js/burst.js",
  "/lost/js/dom.js",
  "/lost/js/lost-page.js",
  "/lost/js/lost.js",
  "/lost/js/sound.js",
  "/lost/vendor/inter/inter-latin-400-normal.woff2",
  "/lost/vendor/inter/inter-latin-700-normal.woff2",
];
const PATIENCE_MS = 5_000;
/** What a proxy says of a service behind it that is gone, and the service of itself. */
const DOWN = new Set([502, 503, 504]);
/** Each version of the pages keeps a page of its own; the one before it goes. */
const STORE = `chairside-lost-${new URL(self.location.href).searchParams.get("v")}`;
const scope = /** @type {any} */ (self);

self.addEventListener("install", (event) => {
  const kept = caches.open(STORE).then((store) => store.addAll([PAGE, ...PARTS]));
  /** @type {Lasting} */ (event).waitUntil(kept.then(() => scope.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  /** @type {Lasting} */ (event).waitUntil(forgetOthers().then(() => scope.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const asked = /** @type {Fetching} */ (event);
  const { request } = asked;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.mode === "navigate" && !pathname.startsWith("/api/")) {
    asked.respondWith(page(request));
  } else if (PARTS.includes(pathname)) {
    asked.respondWith(part(request, pathname));
  }
});

async function forgetOthers() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("chairside-lost-") && name !== STORE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/**
 * The page from the service; where it does not answer in time, that monitoring is lost.
 * @param {Request} request
 */
async function page(request) {
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  const answer = await Promise.race([fetch(request).catch(() => null), patience]);
  if (answer instanceof Response && !DOWN.has(answer.status)) return answer;
  const kept = await caches.match(PAGE);
  if (!kept) return answer instanceof Response ? answer : Response.error();
  return new Response(kept.body, { status: 503, headers: kept.headers });
}

/**
 * What the page of lost monitoring is made of: it has no service to wait for.
 * @param {Request} request
 * @param {string} pathname
 */
async function part(request, pathname) {
  return (await caches.match(pathname)) ?? fetch(request);
}
