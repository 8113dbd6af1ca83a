namespace TechCorp.Resilience;

/// <summary>Turns what <c>Problems()</c> of an options type found into one exception that names all of it.</summary>
internal static class OptionsCheck
{
    /// <summary>The longest duration that a timer takes.</summary>
    internal static readonly TimeSpan MaxTimer = TimeSpan.FromMilliseconds(int.MaxValue);

    /// <summary>Throws when there is a problem; each begins with the name of its option.</summary>
    internal static void Throw(IEnumerable<string> problems)
    {
        string[] found = [.. problems];
        if (found.Length > 0)
        {
            throw new ArgumentOutOfRangeException(found[0].Split(' ', 2)[0], string.Join(' ', found));
        }
    }
}
