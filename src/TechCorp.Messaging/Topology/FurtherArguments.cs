using System.Collections.Immutable;

namespace TechCorp.Messaging;

/// <summary>Queue arguments without a property. Immutable, compared by value, as the declaration that holds them is.</summary>
internal sealed class FurtherArguments : IEquatable<FurtherArguments>
{
    private FurtherArguments(ImmutableSortedDictionary<string, object> values) => Values = values;

    internal static FurtherArguments None { get; } = new(ImmutableSortedDictionary.Create<string, object>(StringComparer.Ordinal));

    internal ImmutableSortedDictionary<string, object> Values { get; }

    public bool Equals(FurtherArguments? other) => other is not null && Values.SequenceEqual(other.Values);

    public override bool Equals(object? obj) => Equals(obj as FurtherArguments);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var pair in Values)
        {
            hash.Add(pair);
        }

        return hash.ToHashCode();
    }

    public override string ToString() => string.Join(", ", Values.Select(pair => $"{pair.Key}={pair.Value}"));

    internal FurtherArguments With(string name, object value) => new(Values.SetItem(name, value switch
    {
        int number => (long)number, // the broker does not distinguish integer types; comparing by value would
        string or long or bool => value,
        _ => throw new ArgumentException($"Argument '{name}' must be a text, an int, a long or a bool; it is {value?.GetType().Name ?? "null"}.",
            nameof(value)),
    }));
}
