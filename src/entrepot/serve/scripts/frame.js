// A chart in a frame tells the page around it how high it is, in the words that AMP pages read.
// A page that does not listen keeps its frame, and the chart fits into it.

export function frame(body) {
  if (parent === window) return;
  let told = 0;
  const tell = () => {
    body.classList.add("natural"); // as high as it would like to be, for as long as it is measured
    const height = Math.ceil(body.getBoundingClientRect().height);
    body.classList.remove("natural");
    if (height === told) return;
    told = height;
    parent.postMessage({ sentinel: "amp", type: "embed-size", height }, "*");
  };
  tell();
  addEventListener("resize", tell);
  document.fonts?.ready.then(tell);
}
