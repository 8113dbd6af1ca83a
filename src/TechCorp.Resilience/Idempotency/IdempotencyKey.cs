namespace TechCorp.Resilience;

/// <summary>Names one operation that may happen only once: a scope (tenant and kind of operation) and the caller's key within it.</summary>
/// <remarks>
/// The scope keeps tenants apart: the key alone comes from a client and must never reach another client's result.
/// Both parts are compared ordinally. The default value names nothing and is refused wherever a key is taken.
/// </remarks>
public readonly record struct IdempotencyKey
{
    /// <summary>The most characters in each of the two parts: 255.</summary>
    public const int MaxLength = 255;

    /// <summary>Checks both parts before any store is asked.</summary>
    /// <param name="scope">Who and what, for example <c>"acme/payments"</c>; 1 to 255 characters.</param>
    /// <param name="value">The caller's key; 1 to 255 characters.</param>
    /// <exception cref="ArgumentException">A part is empty, longer than 255 characters, or holds a control character or half a surrogate pair.</exception>
    public IdempotencyKey(string scope, string value)
    {
        Scope = Checked(scope, nameof(scope));
        Value = Checked(value, nameof(value));
    }

    /// <summary>Who and what the key belongs to.</summary>
    public string Scope { get; }

    /// <summary>The caller's key within the scope.</summary>
    public string Value { get; }

    /// <summary>Scope and key, for messages and logs.</summary>
    public override string ToString() => $"{Scope}:{Value}";

    internal void ThrowIfDefault(string parameterName)
    {
        if (Value is null)
        {
            throw new ArgumentException("The idempotency key is the default value; construct it from a scope and a key.", parameterName);
        }
    }

    private static string Checked(string part, string parameterName)
    {
        ArgumentException.ThrowIfNullOrEmpty(part, parameterName);
        if (part.Length > MaxLength)
        {
            throw new ArgumentException($"At most {MaxLength} characters are allowed; there are {part.Length}.", parameterName);
        }

        for (var i = 0; i < part.Length; i++)
        {
            if (char.IsControl(part[i]))
            {
                throw new ArgumentException($"Control characters are not allowed; there is one at index {i}.", parameterName);
            }

            // A lone surrogate has no UTF-8 form: two different keys would become one in a database.
            if (char.IsSurrogate(part[i]) && !(i + 1 < part.Length && char.IsSurrogatePair(part[i], part[++i])))
            {
                throw new ArgumentException($"Half a surrogate pair is not allowed; there is one near index {i}.", parameterName);
            }
        }

        return part;
    }
}
