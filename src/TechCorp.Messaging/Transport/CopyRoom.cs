using System.Collections;
using System.Text;

namespace TechCorp.Messaging;

/// <summary>Keeps the headers of a copy within one frame: a larger one would make the broker close the connection, each
/// time the copy is tried. Plain code.</summary>
internal static class CopyRoom
{
    /// <summary>Frames have 128 KiB unless the broker is configured otherwise; the other properties need some of it.</summary>
    internal const int MostBytes = 96 * 1024;

    private const int PerValue = 16; // more than any number, and than the lengths and types around a text
    private const int MostNames = 1024;

    /// <summary>Removes the largest headers until the others fit, but none of this library's; their
    /// names are in <see cref="MessageHeaders.DroppedHeaders"/>.</summary>
    /// <param name="texts">The copy's headers; changed.</param>
    /// <param name="foreign">What goes with them.</param>
    /// <returns>What still goes with them.</returns>
    internal static ForeignProperties? Fit(Dictionary<string, string> texts, ForeignProperties? foreign)
    {
        var sizes = texts.Keys.Union(foreign?.Headers?.Keys ?? [], StringComparer.Ordinal)
            .ToDictionary(name => name, name => SizeOf(name) + SizeOf(ValueOf(name)), StringComparer.Ordinal);
        var over = sizes.Values.Sum() - MostBytes;
        if (over <= 0)
        {
            return foreign;
        }

        List<string> dropped = [];
        foreach (var (name, size) in sizes.Where(header => !MessageHeaders.IsOurs(header.Key)).OrderByDescending(header => header.Value)
            .TakeWhile(_ => over > 0))
        {
            dropped.Add(name);
            texts.Remove(name);
            over -= size;
        }

        var names = string.Join(", ", dropped);
        texts[MessageHeaders.DroppedHeaders] = names.Length > MostNames ? names[..MostNames] : names;
        return foreign is null ? null : foreign with
        {
            Headers = foreign.Headers?.Where(header => !dropped.Contains(header.Key, StringComparer.Ordinal))
            .ToDictionary(StringComparer.Ordinal)
        };

        object? ValueOf(string name) => foreign?.Headers?.TryGetValue(name, out var value) is true ? value : texts[name];
    }

    private static long SizeOf(object? value) => PerValue + value switch
    {
        string text => Encoding.UTF8.GetByteCount(text),
        byte[] bytes => bytes.Length,
        IDictionary table => table.Keys.Cast<object?>().Concat(table.Values.Cast<object?>()).Sum(SizeOf),
        IDictionary<string, object?> table => table.Sum(entry => SizeOf(entry.Key) + SizeOf(entry.Value)),
        IEnumerable list => list.Cast<object?>().Sum(SizeOf),
        _ => 0,
    };
}
