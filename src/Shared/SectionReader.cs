using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace TechCorp.Patterns.Shared;

/// <summary>
/// Reads one configuration section key by key, without reflection and culture. What cannot be read becomes a problem with the full path and leaves the
/// option alone; a key that nobody asked for is refused.
/// </summary>
internal sealed class SectionReader
{
    private const int MaxShownBytes = 200;

    private readonly IConfiguration _section;
    private readonly ICollection<string> _problems;
    private readonly RestartNotice? _notice;
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    private SectionReader(IConfiguration section, ICollection<string> problems, RestartNotice? notice)
    {
        _section = section;
        _problems = problems;
        _notice = notice;
    }

    private delegate bool Parser<T>(string text, out T value);

    internal bool IsEmpty => !_section.GetChildren().Any();

    /// <summary>The children that nobody asked for so far.</summary>
    internal IEnumerable<IConfigurationSection> Rest => _section.GetChildren().Where(child => !_known.Contains(child.Key));

    /// <summary>Lets <paramref name="read"/> ask for every key that the section may have, then refuses all others.</summary>
    /// <param name="section">The section.</param>
    /// <param name="problems">Gets what is wrong.</param>
    /// <param name="read">Asks for the keys.</param>
    /// <param name="notice">Notes them, where what is read once is not read again when it changes.</param>
    internal static void Read(IConfiguration section, ICollection<string> problems, Action<SectionReader> read, RestartNotice? notice = null)
    {
        var reader = new SectionReader(section, problems, notice);
        if (section is IConfigurationSection { Value.Length: > 0 } value)
        {
            problems.Add($"{value.Path} must be a section of settings; it is '{Shown(value.Value)}'.");
        }

        read(reader);
        foreach (var child in reader.Rest)
        {
            reader.Unknown(child);
        }
    }

    /// <summary>The full path of a key.</summary>
    internal string PathOf(string key) => _section.GetSection(key).Path;

    /// <summary>Refuses a value that can be read but not used.</summary>
    internal void Refuse(string key, string problem) => _problems.Add($"{PathOf(key)} {problem}");

    /// <summary>The nearest key that was asked for so far, or null.</summary>
    internal string? Nearest(string key) => NearestKey.Of(key, _known);

    /// <summary>Makes keys known that are read elsewhere.</summary>
    internal void Allow(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            _known.Add(key);
        }
    }

    internal void Section(string key, Action<SectionReader> read)
    {
        _known.Add(key);
        Read(_section.GetSection(key), _problems, read, _notice);
    }

    /// <summary>Sections under names that the service chose. One that this process does not know may be another
    /// service's: it is passed to <paramref name="foreign"/>, not refused.</summary>
    internal void Sections(string key, Func<string, bool> isKnown, ICollection<string> foreign) => Section(key, names => names.NamedSections(isKnown, foreign));

    /// <summary>The same beside the section's own keys: a name that differs from one of them in a single character is refused as a misspelling.</summary>
    internal void NamedSections(Func<string, bool> isKnown, ICollection<string> foreign)
    {
        var own = _known.ToList();
        foreach (var child in Rest.ToList())
        {
            if (isKnown(child.Key))
            {
                Allow(child.Key);
            }
            else if (string.IsNullOrEmpty(child.Value) && NearestKey.Misspelled(child.Key, own) is null)
            {
                foreign.Add(child.Path);
                Allow(child.Key);
            }
        }
    }

    internal void Int32(string key, Action<int> set)
        => Read(key, "a whole number", set,
            static (string text, out int value) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value));

    internal void Double(string key, Action<double> set)
        => Read(key, "a number such as 1.5", set, static (string text, out double value)
            => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value));

    internal void Boolean(string key, Action<bool> set) => Read<bool>(key, "true or false", set, bool.TryParse);

    internal void Text(string key, Action<string> set) => Read(key, "a text", set, static (string text, out string value) => (value = text).Length > 0);

    /// <summary>Only with colons, because a bare <c>30</c> would mean thirty days, and with hours up to 23: a longer duration begins with its days.</summary>
    internal void Duration(string key, Action<TimeSpan> set)
        => Read(
            key,
            "a duration like 00:00:30 or 1.00:00:00",
            set,
            static (string text, out TimeSpan value)
                => TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out value) && text.Contains(':', StringComparison.Ordinal),
            DaysFor);

    /// <summary>A list of durations, which may be empty. A single text is refused: it would be read as no durations at all.</summary>
    internal void Durations(string key, Action<IReadOnlyList<TimeSpan>> set)
    {
        _known.Add(key);
        var list = _section.GetSection(key);
        _notice?.Note(list);
        if (!string.IsNullOrEmpty(list.Value))
        {
            _problems.Add($"{list.Path} must be a list of durations like [\"00:00:01\", \"00:00:30\"]; it is '{Shown(list.Value)}'.");
        }
        else if (list.Exists())
        {
            var (durations, entries) = (new List<TimeSpan>(), new SectionReader(list, _problems, notice: null));
            foreach (var entry in list.GetChildren())
            {
                entries.Duration(entry.Key, durations.Add);
            }

            set(durations);
        }
    }

    /// <summary>The name of a value, in any case. Its number is refused: numbers may change between versions, names do not.</summary>
    internal void Choice<T>(string key, Action<T> set)
        where T : struct, Enum
        => Read(key, "one of " + string.Join(", ", Enum.GetNames<T>()), set, static (string text, out T value)
            => Enum.TryParse(text, ignoreCase: true, out value) && Enum.GetNames<T>().Contains(text, StringComparer.OrdinalIgnoreCase));

    /// <summary>The right form of a duration such as <c>24:00:00</c>, whose hours make at least a day; <see langword="null"/> for any other text.</summary>
    private static string? DaysFor(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0
            && int.TryParse(text[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
            && hours is > 23 and < 1_000_000
            && TimeSpan.TryParseExact("00" + text[colon..], "c", CultureInfo.InvariantCulture, out var rest)
            ? $" Hours end at 23: write {TimeSpan.FromHours(hours) + rest:c}."
            : null;
    }

    private static string Shown(string? text) => ErrorText.Clean(text ?? "", MaxShownBytes);

    private void Unknown(IConfigurationSection child)
        => _problems.Add(Nearest(child.Key) is { } nearest
            ? $"{child.Path} is unknown; did you mean {nearest}?"
            : $"{child.Path} is unknown; known are {string.Join(", ", _known.Order(StringComparer.Ordinal))}.");

    /// <summary>White space around a value is ignored; a value that is null leaves the option alone.</summary>
    private void Read<T>(string key, string expected, Action<T> set, Parser<T> parse, Func<string, string?>? hint = null)
    {
        _known.Add(key);
        var entry = _section.GetSection(key);
        _notice?.Note(entry);
        if (entry.GetChildren().Any())
        {
            _problems.Add($"{entry.Path} must be {expected}; it is a section.");
        }
        else if (entry.Value is { } text)
        {
            if (parse(text.Trim(), out var value))
            {
                set(value);
            }
            else
            {
                _problems.Add($"{entry.Path} must be {expected}; it is '{Shown(text)}'.{hint?.Invoke(text.Trim())}");
            }
        }
    }
}
