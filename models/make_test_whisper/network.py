"""Whisper's network, computed for training: the weights are transformers', the way through them is here.

transformers' own forward pass always runs over 30 s. Here the padding after the sound, 20 s or more of it, is
represented by a sample of its positions, each weighted in the attention by how many it stands for.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import WhisperConfig, WhisperForConditionalGeneration

from .tokens import Vocabulary

SAMPLED = 32  # positions that stand for the padding
ALIGNED_HEADS = 2  # of each decoder layer


def new_network(vocabulary: Vocabulary) -> WhisperForConditionalGeneration:
    """Whisper with 128 dimensions, random weights. CTranslate2 refuses fewer than 1,500 source positions."""
    end = vocabulary.special["endoftext"]
    config = WhisperConfig(
        vocab_size=vocabulary.size,
        num_mel_bins=80,
        d_model=128,
        encoder_layers=3,
        encoder_attention_heads=4,
        encoder_ffn_dim=512,
        decoder_layers=2,
        decoder_attention_heads=4,
        decoder_ffn_dim=512,
        max_source_positions=1500,
        max_target_positions=448,
        decoder_start_token_id=vocabulary.special["startoftranscript"],
        bos_token_id=end,
        eos_token_id=end,
        pad_token_id=end,
        suppress_tokens=None,
        begin_suppress_tokens=None,
    )
    return WhisperForConditionalGeneration(config)


def encode(network: WhisperForConditionalGeneration, mels: Tensor) -> tuple[Tensor, Tensor]:
    """Log-mel [batch, 80, frames] to states [batch, frames / 2 + SAMPLED, 128] and their log weights."""
    encoder = network.model.encoder
    heard = _convolved(encoder, mels)
    nothing = _convolved(encoder, mels.new_zeros(1, 80, 8))[:, 2]
    count = heard.shape[1]
    padding = _sampled_positions(count, encoder.max_source_positions)
    positions = torch.cat([torch.arange(count), padding])
    states = torch.cat([heard, nothing.expand(len(heard), SAMPLED, -1)], 1)
    states = states + encoder.embed_positions.weight[positions]
    log_weights = torch.zeros(count + SAMPLED)
    log_weights[count:] = math.log((encoder.max_source_positions - count) / SAMPLED)
    for layer in encoder.layers:
        normed = layer.self_attn_layer_norm(states)
        states = states + _attend(layer.self_attn, normed, normed, log_weights)
        states = states + _feed_forward(layer, states)
    return encoder.layer_norm(states), log_weights


def decode(
    network: WhisperForConditionalGeneration, tokens: Tensor, states: Tensor, log_weights: Tensor
) -> tuple[Tensor, Tensor]:
    """Tokens [batch, length] to logits [batch, length, vocabulary].

    The second result is the attention of the aligned heads, [batch, layers * ALIGNED_HEADS, length, states].
    """
    decoder = network.model.decoder
    length = tokens.shape[1]
    causal = torch.full((length, length), -torch.inf).triu(1)
    hidden = decoder.embed_tokens(tokens) + decoder.embed_positions.weight[:length]
    aligned = []
    for layer in decoder.layers:
        normed = layer.self_attn_layer_norm(hidden)
        hidden = hidden + _attend(layer.self_attn, normed, normed, causal)
        normed = layer.encoder_attn_layer_norm(hidden)
        aligned.append(_weights(layer.encoder_attn, normed, states, log_weights)[:, :ALIGNED_HEADS])
        hidden = hidden + _attend(layer.encoder_attn, normed, states, log_weights)
        hidden = hidden + _feed_forward(layer, hidden)
    return network.proj_out(decoder.layer_norm(hidden)), torch.cat(aligned, 1)


def _convolved(encoder: nn.Module, mels: Tensor) -> Tensor:
    """[batch, 80, frames] to [batch, frames / 2, 128]."""
    return functional.gelu(encoder.conv2(functional.gelu(encoder.conv1(mels)))).transpose(1, 2)


def _sampled_positions(first: int, end: int) -> Tensor:
    """One random position from each of SAMPLED equal stretches between first and end."""
    return (first + (torch.arange(SAMPLED) + torch.rand(SAMPLED)) * (end - first) / SAMPLED).long()


def _attend(attention: nn.Module, queries: Tensor, sources: Tensor, bias: Tensor) -> Tensor:
    """Multi-head attention; `bias`, [sources] or [queries, sources], is added to the scores."""
    query, key, value = (
        _heads(attention, project(x))
        for project, x in (
            (attention.q_proj, queries),
            (attention.k_proj, sources),
            (attention.v_proj, sources),
        )
    )
    bias = bias.expand(query.shape[2], key.shape[2])
    mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
    return attention.out_proj(mixed.transpose(1, 2).flatten(2))


def _weights(attention: nn.Module, queries: Tensor, sources: Tensor, bias: Tensor) -> Tensor:
    """The attention itself, [batch, heads, queries, sources]."""
    query = _heads(attention, attention.q_proj(queries)) * attention.scaling
    key = _heads(attention, attention.k_proj(sources))
    return (query @ key.transpose(2, 3) + bias).softmax(-1)


def _heads(attention: nn.Module, x: Tensor) -> Tensor:
    return x.unflatten(2, (attention.num_heads, attention.head_dim)).transpose(1, 2)


def _feed_forward(layer: nn.Module, x: Tensor) -> Tensor:
    return layer.fc2(functional.gelu(layer.fc1(layer.final_layer_norm(x))))
