namespace TechCorp.Patterns.Shared;

/// <summary>Finds the key that somebody probably meant, by the number of characters that are wrong, missing, too many or swapped.</summary>
internal static class NearestKey
{
    /// <returns>The nearest key with at most a third of its characters wrong (at least 2), or null.</returns>
    internal static string? Of(string key, IEnumerable<string> known) => Of(key, known, static other => Math.Max(2, other.Length / 3));

    /// <returns>The key that differs in one character or one swap, or null: enough to tell a misspelling from another name.</returns>
    internal static string? Misspelled(string key, IEnumerable<string> known) => Of(key, known, static _ => 1);

    private static string? Of(string key, IEnumerable<string> known, Func<string, int> most)
        => known.Select(other => (Key: other, Distance: Distance(key.ToUpperInvariant(), other.ToUpperInvariant())))
            .Where(other => other.Distance <= most(other.Key))
            .OrderBy(other => other.Distance)
            .ThenBy(other => other.Key, StringComparer.Ordinal)
            .Select(other => other.Key)
            .FirstOrDefault();

    /// <summary>Optimal string alignment distance.</summary>
    private static int Distance(string one, string other)
    {
        var distances = new int[one.Length + 1, other.Length + 1];
        for (var i = 0; i <= one.Length; i++)
        {
            for (var j = 0; j <= other.Length; j++)
            {
                distances[i, j] = i == 0 || j == 0 ? i + j : Step(distances, one, other, i, j);
            }
        }

        return distances[one.Length, other.Length];
    }

    private static int Step(int[,] distances, string one, string other, int i, int j)
    {
        var best = Math.Min(
            Math.Min(distances[i - 1, j], distances[i, j - 1]) + 1,
            distances[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1));
        return i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1]
            ? Math.Min(best, distances[i - 2, j - 2] + 1)
            : best;
    }
}
