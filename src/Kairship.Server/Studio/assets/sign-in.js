import { readSession, returnPath, signIn } from "/assets/session.js";

const form = document.getElementById("form");
const key = document.getElementById("key");
const error = document.getElementById("error");
const submit = document.getElementById("submit");

form.addEventListener("submit", event => {
  event.preventDefault();
  enter({ key: key.value.trim() });
});

// What is behind # never reaches a server's log; here it is taken out of the history too.
const link = location.hash.slice(1);
if (link) {
  history.replaceState(null, "", location.pathname + location.search);
  enter({ link });
} else {
  readSession().then(session => session.signedIn && location.replace(returnPath()), () => {});
}

async function enter(proof) {
  submit.disabled = true;
  error.hidden = true;
  try {
    await signIn(proof);
    location.replace(returnPath());
  } catch (problem) {
    // A link serves once; who opens it again is signed in already, by the first time.
    if (proof.link && (await readSession().catch(() => null))?.signedIn) {
      location.replace(returnPath());
      return;
    }

    error.textContent = problem.message;
    error.hidden = false;
    key.setAttribute("aria-invalid", "true");
    key.select();
    key.focus();
  } finally {
    submit.disabled = false;
  }
}
