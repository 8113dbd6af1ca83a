namespace TechCorp.Outbox;

/// <summary>Turns what options find wrong with themselves into one exception.</summary>
internal static class Problem
{
    /// <exception cref="ArgumentException">There is at least one problem; the message holds them all.</exception>
    internal static void ThrowIfAny(IEnumerable<string> problems)
    {
        if (string.Join(" ", problems) is { Length: > 0 } all)
        {
            throw new ArgumentException(all);
        }
    }
}
