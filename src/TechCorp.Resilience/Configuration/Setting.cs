using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace TechCorp.Resilience;

/// <summary>One value of a configuration, read culture-free. A value that cannot be read is a problem and leaves the option as it was.</summary>
internal readonly struct Setting(IConfigurationSection section, List<string> problems)
{
    public string Name => section.Key.ToUpperInvariant();

    public TimeSpan Duration(TimeSpan current) => Duration((TimeSpan?)current)!.Value;

    public TimeSpan? Duration(TimeSpan? current) =>
        TimeSpan.TryParse(section.Value, CultureInfo.InvariantCulture, out TimeSpan value) ? value : Unreadable(current, "a duration such as 00:00:30");

    public int Integer(int current) =>
        int.TryParse(section.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out int value) ? value : Unreadable(current, "a whole number");

    public double Number(double current) =>
        double.TryParse(section.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : Unreadable(current, "a number such as 1.5");

    public bool Flag(bool current) => bool.TryParse(section.Value, out bool value) ? value : Unreadable(current, "true or false");

    public TEnum Choice<TEnum>(TEnum current)
        where TEnum : struct, Enum =>
        Enum.TryParse(section.Value, ignoreCase: true, out TEnum value) && Enum.IsDefined(value)
            ? value
            : Unreadable(current, "one of " + string.Join(", ", Enum.GetNames<TEnum>()));

    public void Unknown() => problems.Add($"{section.Path} is not a setting.");

    private T Unreadable<T>(T current, string expected)
    {
        problems.Add($"{section.Path} must be {expected}; it is '{section.Value}'.");
        return current;
    }
}
