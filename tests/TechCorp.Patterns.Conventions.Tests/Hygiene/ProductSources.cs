using System.Text.RegularExpressions;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>What is shipped or shown is finished, and small enough to read.</summary>
public sealed class ProductSources
{
    private const int MostLines = 300;

    /// <summary>Files that are longer, each with the reason.</summary>
    private static readonly Dictionary<string, string> Long = [];

    private static readonly Regex Unfinished = new("NotImplemented" + @"Exception|\b(TO" + "DO|FIX" + "ME|HA" + @"CK)\b");

    [Safeguard("Nothing unfinished", SwitchedOff = "a note of something to be done; a method that is not implemented")]
    [Fact]
    public void Nothing_is_left_to_do_in_the_packages_and_the_samples()
        => Repository.Sources(".cs", "src", "samples").Where(Unfinished.IsMatch).ShouldBeNone("the packages offer only what works");

    [Safeguard("Size of files", SwitchedOff = "a file of 310 lines")]
    [Fact]
    public void A_file_of_the_packages_has_at_most_300_lines()
        => Repository.Sources(".cs", "src")
            .Where(file => file.Lines.Length > MostLines && !Long.ContainsKey(file.Path))
            .Select(file => $"{file.Path} has {file.Lines.Length} lines.")
            .ShouldBeNone($"one type does one thing; {MostLines} lines are enough for it");
}
