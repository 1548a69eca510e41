import { signOut } from "/assets/session.js";

document.getElementById("sign-out").addEventListener("click", async () => {
  await signOut();
  location.assign("/sign-in?return=%2Freports");
});
