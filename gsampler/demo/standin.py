"""Stand-in."""
from types import SimpleNamespace
import numpy as np
import gsampler as gs

def sm(x): return gs.softmax(x)
def sg(x): return 1/(1+np.exp(-x))

class V:
    def __init__(s, logits, binary):
        s.l=logits; s.b=binary; s.p = sg(logits) if binary else sm(logits)
    def draw(s,rng):
        if s.b: return rng.bernoulli(s.l).astype(s.l.dtype)
        return rng.gumbel_softmax(s.l, 1.0, hard=True)
    def jac(s,p,g):
        if s.b: return p*(1-p)*g
        return p*(g-(p*g).sum(-1,keepdims=True))
    def dot(s,a,b):
        return a*b if s.b else (a*b).sum(-1,keepdims=True)

def ev(f,x):
    v,g=f(x.copy()); return v,g
def R(v,d,s,st=None): return SimpleNamespace(value=v,dlogits=d.astype(s.dtype),sample=s,dtau=None,state=st,evaluations=1)
def e(v,l): return v.reshape(v.shape+(1,)*(l.ndim-v.ndim))
def base(sig,state,norm=True,decay=.9):
    if state is None: m,var=float(sig.mean()),float(sig.var()); return sig*1.0-0,1.0,(m,var)
    c=sig-state[0]; sc=max(1.0,state[1]**.5)
    return c,sc,(decay*state[0]+(1-decay)*float(sig.mean()),decay*state[1]+(1-decay)*float((c**2).mean()))
def sf(f,logits,rng,binary=False,state=None,**k):
    v=V(logits,binary); D=v.draw(rng); val,_=ev(f,D); c,sc,st=base(val,state)
    return R(val,e(c/sc,logits)*(D-v.p),D,st)
def muprop(f,logits,rng,binary=False,state=None,**k):
    v=V(logits,binary); D=v.draw(rng); val,_=ev(f,D); fp,g=ev(f,v.p); g=g()
    lin=(g*(D-v.p)).reshape(len(val),-1).sum(1)
    c,sc,st=base(val-fp-lin,state)
    return R(val,(e(c,logits)*(D-v.p))/sc+v.jac(v.p,g)/1,D,st)
def darn(f,logits,rng,binary=False,state=None,**k):
    v=V(logits,binary); D=v.draw(rng); val,g=ev(f,D); g=g()
    lin=v.dot(g,D-.5)  if binary else v.dot(g,D-v.p)
    return R(val, lin*(D-v.p),D,None)
def st(f,logits,rng,binary=False,slope=1.0,**k):
    v=V(logits,binary); D=v.draw(rng); val,g=ev(f,D)
    p=sg(slope*logits) if binary else sm(slope*logits)
    return R(val,slope*v.jac(p,g()),D)
def gsm(f,logits,rng,binary=False,tau=1.0,hard=False,**k):
    y,vjp=(rng.binary_concrete_vjp if binary else rng.gumbel_softmax_vjp)(logits,tau,hard)
    val,g=ev(f,y); return R(val,vjp(np.ascontiguousarray(g(),dtype=logits.dtype))[0],y)
from functools import partial
NAMES=dict(sf=sf,muprop=muprop,darn=darn,st=st,sast=st,gs=gsm,stgs=partial(gsm,hard=True))
def by_name(n): return NAMES[n]
