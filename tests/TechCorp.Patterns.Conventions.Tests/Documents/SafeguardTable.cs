using System.Text.RegularExpressions;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The tables of <c>docs/failure-modes*.md</c>: a safeguard, how it was switched off, and the test that went red.</summary>
internal static partial class SafeguardTable
{
    /// <summary>Every row of a table that has a column for the test; the column's heading says <c>red</c>, or at least <c>test</c>.</summary>
    public static IEnumerable<(string Place, string Cell)> Rows(string document, string[] lines)
    {
        var column = -1;
        for (var at = 0; at < lines.Length; at++)
        {
            var cells = Cells(lines[at]);
            if (cells.Length == 0)
            {
                column = -1;
            }
            else if (at + 1 < lines.Length && Rule().IsMatch(lines[at + 1]))
            {
                column = Array.FindLastIndex(cells, cell => cell.Contains("red", StringComparison.OrdinalIgnoreCase));
                column = column >= 0 ? column : Array.FindLastIndex(cells, cell => cell.Contains("test", StringComparison.OrdinalIgnoreCase));
            }
            else if (column >= 0 && !Rule().IsMatch(lines[at]))
            {
                yield return ($"{document}:{at + 1}", column < cells.Length ? cells[column] : "");
            }
        }
    }

    /// <summary>What a cell names: methods (with or without class and parameters), or scripts by their path.</summary>
    public static IReadOnlyList<string> TestsIn(string cell)
    {
        var quoted = Code().Matches(cell).Select(match => match.Groups[1].Value).ToList();
        return quoted.Count > 0 ? quoted : [.. Sentence().Matches(cell).Select(match => match.Value)];
    }

    /// <summary>The bare name of a method: <c>A_b</c> of <c>Some.Class.A_b(1)</c>.</summary>
    public static string MethodOf(string test) => test.Split('(')[0].Split('.')[^1].Trim();

    private static string[] Cells(string line)
        => line.TrimStart().StartsWith('|') ? [.. EndOfCell().Split(line.Trim().Trim('|')).Select(cell => cell.Trim())] : [];

    [GeneratedRegex(@"^\s*\|[\s:|-]+\|?\s*$")]
    private static partial Regex Rule();

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex EndOfCell();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\b\w+(?:_\w+)+\b")]
    private static partial Regex Sentence();
}
