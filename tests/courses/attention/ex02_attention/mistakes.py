import numpy as np


def _layer_norm(X):
    centred = X - X.mean(axis=1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5)


def _attention(X, rows, forbidden, axis=1):
    scores = rows @ rows.T / np.sqrt(X.shape[1])
    scores = np.where(forbidden, -np.inf, scores)
    weights = np.exp(scores - scores.max(axis=axis, keepdims=True))
    weights = weights / weights.sum(axis=axis, keepdims=True)
    return {"weights": weights, "output": weights @ rows}


def causal_mask__later_tokens(n):
    """You let each token look at itself and at what comes after it.

    A model that guesses the next word would then find it in the answer key: it has only to look,
    and learns nothing from that. When it writes by itself, no later word is there yet. Which
    triangle of the array stands for the past?
    """
    return np.triu(np.ones((n, n), dtype=bool))


def causal_mask__not_itself(n):
    """You forbid each token to look at itself.

    The first token has nothing before it, so that its whole row is False. No weights can be made of
    it: they would be 0 divided by 0. What a token says itself is no secret to it. What
    should stand on the diagonal?
    """
    return np.tril(np.ones((n, n), dtype=bool), k=-1)


def causal_mask__numbers(n):
    """You return ones and zeros and not True and False.

    As an index an array of numbers means something else. It takes whole rows 0 and 1, over and
    over, where an array of bool picks single entries. Nothing complains, and all that
    follows is wrong. Which dtype should the array have?
    """
    return np.tril(np.ones((n, n)))


def attention__no_mask(X):
    """You let every token look at all tokens, also at those that come later.

    In training the next word is then part of what it is guessed from, and the guess is worth
    nothing. You have written what forbids this in the function before. Where do its False entries
    have to have an effect?
    """
    return _attention(X, _layer_norm(X), np.zeros((len(X), len(X)), bool))


def attention__no_layer_norm(X):
    """You compare the rows as they came in, without bringing them to one size.

    A token with large numbers then takes nearly all the weight, whatever it means. How large they
    are is an accident of what came before. The text asks for one step ahead of everything
    else. Which function of yours does it?
    """
    return _attention(X, X, ~np.tril(np.ones((len(X), len(X)), bool)))


def attention__not_divided(X):
    """You have left the exponentials as they are.

    Each says how much a token counts beside the others, but together they do not make a whole. The
    output grows with the number of tokens, and a long sentence would be louder than a short one.
    What should the weights of a token add up to?
    """
    rows = _layer_norm(X)
    scores = rows @ rows.T / np.sqrt(X.shape[1])
    weights = np.exp(scores) * np.tril(np.ones((len(X), len(X))))
    return {"weights": weights, "output": weights @ rows}


def attention__output_of_the_input(X):
    """You sum the rows as they came in, with weights that were made of others.

    The weights are right: they were made of rows of one size. What they are applied to should be
    these same rows, or a token with large numbers still drowns the rest. Which array do you
    multiply the weights with?
    """
    answer = _attention(X, _layer_norm(X), ~np.tril(np.ones((len(X), len(X)), bool)))
    return {"weights": answer["weights"], "output": answer["weights"] @ X}


def attention__float32(X):
    """You compute with half of the digits.

    A float32 holds about seven of them. That is plenty for a network that is trained. It is too few
    to see whether a formula is right: two ways to compute the same thing would differ. Where does
    your code leave float64?
    """
    answer = _attention(X, _layer_norm(X), ~np.tril(np.ones((len(X), len(X)), bool)))
    return {name: part.astype(np.float32) for name, part in answer.items()}
