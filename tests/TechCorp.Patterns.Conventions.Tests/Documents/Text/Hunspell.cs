using System.ComponentModel;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The spelling checker of Debian, by its program.</summary>
internal static class Hunspell
{
    private const string Remedy = "hunspell and its dictionaries cannot be used: run eng/spelling.sh, or 'apt-get install hunspell "
        + "hunspell-en-us hunspell-pt-br' as root.";

    /// <summary>Those of the words that the dictionary does not know.</summary>
    public static IReadOnlySet<string> Unknown(string dictionary, IEnumerable<string> words)
        => Ask(dictionary, "-l", words).ToHashSet(StringComparer.Ordinal);

    /// <summary>What the dictionary has instead of unknown words: for each one its suggestions, comma-separated.</summary>
    public static IReadOnlyDictionary<string, string> Suggest(string dictionary, IEnumerable<string> words)
    {
        // An answer is "& WORD COUNT OFFSET: SUGGESTIONS", or another sign and no suggestion.
        var answers = from line in Ask(dictionary, "-a", words)
                      where line.StartsWith("& ", StringComparison.Ordinal)
                      let colon = line.IndexOf(':', StringComparison.Ordinal)
                      select (Word: line.Split(' ')[1], Suggestions: line[(colon + 1)..].Trim());
        return answers.DistinctBy(answer => answer.Word).ToDictionary(answer => answer.Word, answer => answer.Suggestions, StringComparer.Ordinal);
    }

    private static string[] Ask(string dictionary, string mode, IEnumerable<string> words)
    {
        using var folder = new TemporaryFolder("spelling");
        var file = Path.Combine(folder.Path, "words.txt");
        File.WriteAllLines(file, words);
        try
        {
            return Command.Run(folder.Path, "hunspell", "-i", "utf-8", "-d", dictionary, mode, file)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException)
        {
            throw new InvalidOperationException($"{Remedy} {exception.Message}", exception);
        }
    }
}
