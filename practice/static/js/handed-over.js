// The screen in somebody else's hands: a tab that opened or woke up meanwhile is told to cover itself as well.

new BroadcastChannel("practice-activity").postMessage({ say: "cover" });
