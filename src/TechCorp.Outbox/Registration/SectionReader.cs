using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace TechCorp.Outbox;

/// <summary>Reads settings by hand, without reflection, and gathers what cannot be read.</summary>
internal sealed class SectionReader(IConfigurationSection section, List<string> problems)
{
    internal void Int32(string key, Action<int> set)
        => Read(key, "a whole number", set, (string text, out int value) => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out value));

    internal void Boolean(string key, Action<bool> set) => Read<bool>(key, "true or false", set, bool.TryParse);

    internal void Duration(string key, Action<TimeSpan> set)
        => Read(key, "a duration like 00:00:05", set, (string text, out TimeSpan value) => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value));

    private delegate bool Parser<T>(string text, out T value);

    private void Read<T>(string key, string what, Action<T> set, Parser<T> parse)
    {
        if (section[key] is not { Length: > 0 } text)
        {
            return;
        }

        if (parse(text, out var value))
        {
            set(value);
        }
        else
        {
            problems.Add($"{section.Path}:{key} must be {what}; it is '{text}'.");
        }
    }
}
