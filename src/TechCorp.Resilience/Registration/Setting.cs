using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace TechCorp.Resilience;

/// <summary>One value of a configuration, read culture-free. A value that cannot be read is a problem and leaves the option as it was.</summary>
internal readonly struct Setting(IConfigurationSection section, List<string> problems)
{
    internal string Name => section.Key.ToUpperInvariant();

    internal TimeSpan Duration(TimeSpan current) => Duration((TimeSpan?)current)!.Value;

    internal TimeSpan? Duration(TimeSpan? current)
        => TimeSpan.TryParse(section.Value, CultureInfo.InvariantCulture, out var value) ? value : Unreadable(current, "a duration such as 00:00:30");

    internal int Integer(int current)
        => int.TryParse(section.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : Unreadable(current, "a whole number");

    internal double Number(double current)
        => double.TryParse(section.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : Unreadable(current, "a number such as 1.5");

    internal bool Flag(bool current) => bool.TryParse(section.Value, out var value) ? value : Unreadable(current, "true or false");

    internal TEnum Choice<TEnum>(TEnum current)
        where TEnum : struct, Enum
        => Enum.TryParse(section.Value, ignoreCase: true, out TEnum value) && Enum.IsDefined(value)
            ? value
            : Unreadable(current, "one of " + string.Join(", ", Enum.GetNames<TEnum>()));

    internal void Unknown() => problems.Add($"{section.Path} is not a setting.");

    private T Unreadable<T>(T current, string expected)
    {
        problems.Add($"{section.Path} must be {expected}; it is '{section.Value}'.");
        return current;
    }
}
