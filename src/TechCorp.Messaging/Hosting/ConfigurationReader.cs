using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace TechCorp.Messaging;

/// <summary>Reads settings by hand, without reflection; what cannot be read becomes a problem that names the key and the value.</summary>
internal sealed class ConfigurationReader(ICollection<string> problems)
{
    internal static bool Is(IConfigurationSection entry, string name) => string.Equals(entry.Key, name, StringComparison.OrdinalIgnoreCase);

    internal void Unknown(IConfigurationSection entry) => problems.Add($"{entry.Path} is not a setting.");

    internal void UnknownQueue(IConfigurationSection entry) => problems.Add($"{entry.Path} is about queue '{entry.Key}', which is not consumed here.");

    internal int Int32(IConfigurationSection entry, int fallback)
        => int.TryParse(entry.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : Fail(entry, "a whole number", fallback);

    /// <summary>Only with colons: a bare <c>30</c> would mean thirty days.</summary>
    internal TimeSpan Duration(IConfigurationSection entry, TimeSpan fallback)
        => entry.Value?.Contains(':', StringComparison.Ordinal) == true && TimeSpan.TryParse(entry.Value, CultureInfo.InvariantCulture, out var value)
            ? value
            : Fail(entry, "a duration like 00:00:30", fallback);

    /// <summary>A list of durations; an empty one is allowed, one text is not: it would be read as no durations at all.</summary>
    internal IReadOnlyList<TimeSpan> Durations(IConfigurationSection entry, IReadOnlyList<TimeSpan> fallback)
        => string.IsNullOrEmpty(entry.Value)
            ? [.. entry.GetChildren().Select(duration => Duration(duration, TimeSpan.FromSeconds(1)))]
            : Fail(entry, "a list of durations like [\"00:00:01\", \"00:00:30\"]", fallback);

    internal T Choice<T>(IConfigurationSection entry, T fallback)
        where T : struct, Enum
        => Enum.TryParse<T>(entry.Value, ignoreCase: true, out var value) && Enum.IsDefined(value)
            ? value
            : Fail(entry, string.Join(" or ", Enum.GetNames<T>()), fallback);

    private T Fail<T>(IConfigurationSection entry, string expected, T fallback)
    {
        problems.Add($"{entry.Path} must be {expected}; it is '{entry.Value}'.");
        return fallback;
    }
}
