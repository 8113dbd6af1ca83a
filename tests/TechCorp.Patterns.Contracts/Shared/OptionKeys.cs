using System.Reflection;

namespace TechCorp.Patterns.Contracts;

/// <summary>The configuration keys that options types have, found by reflection, so that a new option cannot be forgotten.</summary>
public static class OptionKeys
{
    /// <summary>The path of each duration of each section.</summary>
    public static IReadOnlyList<string> Durations(params (string Section, Type Options)[] sections)
        => [.. sections.SelectMany(section => Settable(section.Options)
            .Where(option => Underlying(option) == typeof(TimeSpan))
            .Select(option => $"{section.Section}:{option.Name}"))];

    /// <summary>The path of each plain value of each section, and the same with two letters swapped.</summary>
    public static IReadOnlyList<(string Key, string Meant)> Misspelled(params (string Section, Type Options)[] sections)
        => [.. sections.SelectMany(section => Settable(section.Options)
            .Where(option => Underlying(option) is { IsEnum: true } or { IsPrimitive: true } || Underlying(option) == typeof(TimeSpan))
            .Select(option => ($"{section.Section}:{Swapped(option.Name)}", option.Name)))];

    private static IEnumerable<PropertyInfo> Settable(Type options) => options.GetProperties().Where(option => option.SetMethod is { IsPublic: true });

    private static Type Underlying(PropertyInfo option) => Nullable.GetUnderlyingType(option.PropertyType) ?? option.PropertyType;

    /// <summary>With the last two different neighbours swapped.</summary>
    private static string Swapped(string name)
    {
        var letters = name.ToCharArray();
        var last = Array.FindLastIndex(letters, letters.Length - 1, letters.Length - 1, letter => letter != letters[^1]);
        (letters[last], letters[last + 1]) = (letters[last + 1], letters[last]);
        return new string(letters);
    }
}
