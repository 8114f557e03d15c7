"""Texts as vectors, which are alike where the texts mean the like. Needs the extra ``semantic``.

A model is a folder as Model2Vec or Sentence Transformers write it: ``tokenizer.json`` beside
``model.safetensors`` with a vector for each token, or beside ``model.onnx``.
"""
