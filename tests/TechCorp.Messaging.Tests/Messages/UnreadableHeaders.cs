using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace TechCorp.Messaging.Tests;

/// <summary>Headers of a caller's own type, which throws when it is read.</summary>
internal sealed class UnreadableHeaders : IReadOnlyDictionary<string, string>
{
    public int Count => 1;

    public IEnumerable<string> Keys => throw new NotSupportedException();

    public IEnumerable<string> Values => throw new NotSupportedException();

    public string this[string key] => throw new NotSupportedException();

    public bool ContainsKey(string key) => throw new NotSupportedException();

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value) => throw new NotSupportedException();

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => throw new NotSupportedException();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
