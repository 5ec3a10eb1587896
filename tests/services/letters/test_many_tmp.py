import random, os
import pytest
from tests.services.letters.mistaken import ACTS as M, Mistaken
from tests.services.letters.meanwhile import ACTS as D
from tests.services.letters.test_deliveries import ACTS
A=int(os.environ.get("A","0")); B=int(os.environ.get("B","40"))
@pytest.mark.parametrize("doubles",[False,True])
@pytest.mark.parametrize("seed", range(A,B))
def test_many(session, region, seed, doubles):
    w=Mistaken(session, region, random.Random(seed), refuses_doubles=doubles)
    acts=[*ACTS,*D,*M*2] + (["is_destroyed"]*2 if seed%3==0 else [])
    for name in ["sign", *w.dice.choices(acts, k=70), "end"]:
        try: w.act(name)
        except Exception as e: raise AssertionError(f"{type(e).__name__} {e}, after: {'; '.join(w.trace)}") from None
