using System.Diagnostics;

namespace TechCorp.Resilience;

/// <summary>
/// Limits what retries add to the load of a dependency that is down: each retry takes a token when it is decided, each success gives back a part of one.
/// Share one budget among all policies that call the same dependency. Safe for use by many threads.
/// </summary>
/// <remarks>
/// The token is taken before the wait, so that a thousand calls that wait together hold a thousand tokens. A wait that is canceled returns its token, and so
/// does a retry that the circuit rejects. While the budget is full, a success only reads it.
/// </remarks>
[DebuggerDisplay("{Available} retries available")]
public sealed class RetryBudget
{
    private const long One = 1_000_000;

    private readonly int _minimum;
    private readonly long _maximum;
    private readonly long _refill;
    private long _tokens;

    /// <summary>Makes a budget.</summary>
    /// <param name="ratio">Retries that a success pays for: more than 0, at most 1. Default: 0.2.</param>
    /// <param name="minimum">Retries that are available from the start, before any success: at least 1. Default: 3.</param>
    /// <param name="maximum">Retries that can be saved up: at least <paramref name="minimum"/>. Default: 100.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public RetryBudget(double ratio = 0.2, int minimum = 3, int maximum = 100)
    {
        if (!(ratio > 0 && ratio <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(ratio), ratio, "The ratio must be more than 0 and at most 1.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(minimum, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, minimum);
        _refill = Math.Max(1, (long)(ratio * One));
        _minimum = minimum;
        _tokens = minimum * One;
        _maximum = maximum * One;
    }

    private RetryBudget(RetryBudget model) => (_minimum, _maximum, _refill, _tokens) = (model._minimum, model._maximum, model._refill, model._minimum * One);

    /// <summary>Retries that could be made now.</summary>
    public int Available => (int)(Volatile.Read(ref _tokens) / One);

    /// <summary>A new budget with the same limits, for another dependency.</summary>
    internal RetryBudget Another() => new(this);

    internal bool TryTake()
    {
        var tokens = Volatile.Read(ref _tokens);
        while (tokens >= One)
        {
            var seen = Interlocked.CompareExchange(ref _tokens, tokens - One, tokens);
            if (seen == tokens)
            {
                return true;
            }

            tokens = seen;
        }

        return false;
    }

    internal void GiveBack() => Add(One);

    internal void OnSuccess()
    {
        if (Volatile.Read(ref _tokens) < _maximum)
        {
            Add(_refill);
        }
    }

    private void Add(long amount)
    {
        var tokens = Volatile.Read(ref _tokens);
        while (tokens < _maximum)
        {
            var seen = Interlocked.CompareExchange(ref _tokens, Math.Min(_maximum, tokens + amount), tokens);
            if (seen == tokens)
            {
                return;
            }

            tokens = seen;
        }
    }
}
