// What a page of another origin tries against an exporter at `base`. Each attack resolves to whatever it could
// read of the answer: "" is nothing. `leaves` are those after which this page is no longer there.
"use strict";

const SECRETIVE = {referrerPolicy: "no-referrer"};
const TALKATIVE = {referrerPolicy: "unsafe-url"};
const SILENCE_MS = 1500;

function inside(frame) {
  try {
    return frame.contentDocument ? frame.contentDocument.body.innerText : "";
  } catch {
    return "";
  }
}

function rules(sheet) {
  try {
    return sheet ? [...sheet.cssRules].map(rule => rule.cssText).join() : "";
  } catch {
    return "";
  }
}

function element(tag, attributes, address) {
  return new Promise(resolve => {
    const made = document.createElement(tag);
    const done = () => resolve(made.naturalWidth ? "an image" : rules(made.sheet) || inside(made));
    made.onload = made.onerror = done;
    setTimeout(done, SILENCE_MS);
    Object.assign(made, attributes);
    made[tag === "link" ? "href" : tag === "object" ? "data" : "src"] = address;
    document.body.append(made);
  });
}

async function ask(address, options) {
  try {
    return await (await fetch(address, options)).text();
  } catch {
    return "";
  }
}

// A form whose body is JSON where the encoding is text/plain.
function form(action, attributes, fields) {
  const made = document.createElement("form");
  Object.assign(made, {action, ...attributes});
  for (const [name, value] of Object.entries(fields)) {
    made.append(Object.assign(document.createElement("input"), {name, value}));
  }
  document.body.append(made);
  made.submit();
}

function framed(fill) {
  return new Promise(resolve => {
    const frame = Object.assign(document.createElement("iframe"), {name: "victim" + Math.random()});
    document.body.append(frame);
    fill(frame);
    frame.onload = () => resolve(inside(frame));
    setTimeout(() => resolve(inside(frame)), SILENCE_MS);
  });
}

function sandboxed(script) {
  return framed(frame => {
    frame.sandbox = "allow-scripts allow-forms";
    frame.srcdoc = `<body><script>${script}<` + "/script>";
  });
}

function redirect(address, status = 302) {
  return `/redirect?status=${status}&to=${encodeURIComponent(address)}`;
}

function listen(make) {
  return new Promise(resolve => {
    const ear = make();
    ear.onopen = () => resolve("opened");
    ear.onmessage = message => resolve(String(message.data));
    ear.onerror = () => {
      ear.close();
      resolve("");
    };
    setTimeout(() => resolve(""), SILENCE_MS);
  });
}

// By method: what `host` is asked for at `base`, by every means that a page has.
const attacks = {
  GET: {
    image: get => element("img", {}, get),
    image_without_referrer: get => element("img", SECRETIVE, get),
    image_with_whole_referrer: get => element("img", TALKATIVE, get),
    image_by_redirect: get => element("img", SECRETIVE, redirect(get)),
    script: get => element("script", SECRETIVE, get),
    style: get => element("link", {rel: "stylesheet", ...SECRETIVE}, get),
    icon_ahead: get => element("link", {rel: "preload", as: "image", ...SECRETIVE}, get),
    object: get => element("object", {}, get),
    embed: get => element("embed", {}, get),
    frame: get => element("iframe", {}, get),
    frame_without_referrer: get => element("iframe", SECRETIVE, get),
    sandboxed_frame: get => element("iframe", {sandbox: "allow-scripts", ...SECRETIVE}, get),
    fetch_no_cors: get => ask(get, {mode: "no-cors", credentials: "include"}),
    fetch_no_cors_dressed: get => ask(get, {
      mode: "no-cors", headers: {"Accept": "text/html", "Accept-Language": "", "User-Agent": "curl/7.88.1"},
      ...SECRETIVE}),
    fetch_no_cors_by_redirect: get => ask(redirect(get), {mode: "no-cors", ...SECRETIVE}),
    fetch_cors: get => ask(get, {mode: "cors"}),
    fetch_cors_preflighted: get => ask(get, {mode: "cors", headers: {"X-Other": "1"}}),
    fetch_from_a_sandbox: get => sandboxed(`fetch(${JSON.stringify(get)}, {mode: "no-cors"})`),
    event_source: get => listen(() => new EventSource(get)),
    web_socket: get => listen(() => new WebSocket(get.replace("http", "ws"))),
    form: (get, base, fields) => framed(frame => form(base + "/probe", {target: frame.name}, fields)),
  },
  POST: {
    fetch_no_cors: (address, body) => ask(address, {method: "POST", mode: "no-cors", body}),
    fetch_no_cors_without_referrer: (address, body) =>
      ask(address, {method: "POST", mode: "no-cors", body, ...SECRETIVE}),
    fetch_no_cors_by_redirect: (address, body) =>
      ask(redirect(address, 307), {method: "POST", mode: "no-cors", body}),
    fetch_no_cors_typed: (address, body) => ask(address, {
      method: "POST", mode: "no-cors", body: new Blob([body], {type: "text/plain; application/json"})}),
    fetch_no_cors_empty: address => ask(address, {method: "POST", mode: "no-cors"}),
    fetch_cors: (address, body) => ask(address, {method: "POST", mode: "cors", body}),
    fetch_cors_json: (address, body) =>
      ask(address, {method: "POST", mode: "cors", body, headers: {"Content-Type": "application/json"}}),
    fetch_from_a_sandbox: (address, body) => sandboxed(
      `fetch(${JSON.stringify(address)}, {method: "POST", mode: "no-cors", body: ${JSON.stringify(body)}})`),
    beacon: async (address, body) => navigator.sendBeacon(address, body) ? "" : "",
    ping: async address => {
      const link = Object.assign(document.createElement("a"), {href: "#", ping: address});
      link.click();
      return "";
    },
    form_plain: (address, body, fields) => framed(frame => form(
      address, {method: "POST", enctype: "text/plain", target: frame.name}, fields)),
    form_encoded: (address, body, fields) => framed(frame => form(
      address, {method: "POST", target: frame.name}, fields)),
    form_of_parts: (address, body, fields) => framed(frame => form(
      address, {method: "POST", enctype: "multipart/form-data", target: frame.name}, fields)),
    form_from_a_sandbox: (address, body) => sandboxed(
      `document.body.innerHTML = '<form method=post action=${address} enctype=text/plain>';` +
      "document.forms[0].submit()"),
  },
};

const leaves = {
  location: get => { location = get; },
  location_by_redirect: get => { location = redirect(get); },
  link_without_referrer: get => Object.assign(document.createElement("a"), {href: get, rel: "noreferrer"}).click(),
  refresh: get => document.head.append(Object.assign(
    document.createElement("meta"), {httpEquiv: "refresh", content: "0; url=" + get})),
  form: (get, base, fields) => form(base + "/probe", {}, fields),
};
