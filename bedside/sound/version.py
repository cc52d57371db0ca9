"""The version of the sound, and the hashes of its reference; `python -m sound.everywhere --write` writes them.

Within one version every take has the same bits on every machine. A change of any bit raises the number.
"""

from __future__ import annotations

# 1 is all sound before the bits were the same everywhere.
SOUND = 2

# SHA-256 of the samples of the reference take, and of the tables of each shipped instrument; empty until written.
RENDER = "4efe3efdb3deed4738208cd13f7955139955ed54d7109376aaa08845bf119bea"
TABLES: dict[str, str] = {
    "bass": "272ceca184dae8c74e0bfdcbc6e650959eddd00a049a1e80692c7db1b913d641",
    "bell": "fa24da92b00185481dff9373f9441940b74545527777d3e3956d2c6aed82bfc9",
    "bowl": "5b00e667764c19b6c280d7b9a00dead27c5e64eb42ba11f18076e08b43d4c89b",
    "choir": "d09a8ab5dcdfc4316b66632eaa9308479eac02cf5825b4b002944a299ae61186",
    "drum": "a8b683718c642b9e4aecd7fe22682b7f32ac352894104d9379c278dbcb28ccb4",
    "flute": "3ff073fd5cecb98a350eaa0e82411963304f428487d09b3614efd3d8dce634ad",
    "glockenspiel": "cc33a0204641633c4a6dbb4c792021e0da211c3f07b41e58b2486a89bd8fa352",
    "guitar": "5b1ead9867ab648cee507d08cfb5d969d986d704f2943875f82fe02d2fb08c65",
    "handpan": "35f8a10cf86bc733153e3458f73966151c19c4bf8e3f05e9c7245060a9117ca1",
    "harp": "87d829d2e0a46a2fcf5f606ac4b9c783d81323d712a2c6ae8af8075b9d72f2a6",
    "kalimba": "ff658f12309c6c997baf86c75a3da6e95b3f06c16c9a0699ce017600ab21f0af",
    "marimba": "168a88c64d9a8739d02833559bbc88aaf3c95a382dc1b6e3f77343ee1d06f242",
    "musicbox": "e430bb732e61e1d5f1aa3815eac1e7f3dc6f8dcbc7172fe9820d8538eaf07661",
    "nature": "0ce0691d01cd9c9a474edc75e354ac4065432befbaf2b33206b799e8bc0a453a",
    "organ": "9d7ab026e2965c77c5f9bdc1fdeb4a42f1eb8f2c6c5832568c469e0346d58101",
    "pad": "13fa7753c9a1668ad0a259c972ce8f728a924bb0a500922beba8475789f7aa25",
    "piano": "4d42790a8e9145c7c49ae8ca5041acd250f3a6096c995a3682b4bc9efd12b775",
}
