"""The peer: FastAPI, redis-py (asyncio) and LightGBM, as teams write it today."""
import os

import lightgbm
import numpy
import redis.asyncio as redis
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

FEATURES = [f"f{index}" for index in range(9)]
app = FastAPI()
store = redis.Redis(unix_socket_path=os.environ["PEER_REDIS"])
model = lightgbm.Booster(model_file=os.environ["PEER_MODEL"])


class Input(BaseModel):
    entities: dict[str, str]


class Body(BaseModel):
    inputs: list[Input]


@app.post("/predict")
async def predict(body: Body):
    rows = []
    for item in body.inputs:
        values = await store.hmget("item:" + item.entities["item_id"], FEATURES)
        if values[0] is None:
            raise HTTPException(404, "unknown item")
        rows.append([float(value) for value in values])
    scores = model.predict(numpy.array(rows), num_threads=1)
    return {"predictions": [{"value": float(score)} for score in scores]}
