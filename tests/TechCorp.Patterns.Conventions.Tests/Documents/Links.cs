using System.Text.RegularExpressions;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>What a document points to exists. Other sites are not asked.</summary>
public sealed partial class Links
{
    private static readonly Dictionary<string, LinkedDocument> Documents = Repository.Files
        .Where(file => file.Path.EndsWith(".md", StringComparison.Ordinal))
        .ToDictionary(file => file.Path, file => LinkedDocument.Read(file.Path, file.Text), StringComparer.Ordinal);

    [Fact]
    public void A_link_leads_to_a_file_of_the_repository()
        => (from document in Documents.Values
            from link in document.Links
            where link.File is not null && !Exists(link.File)
            select $"{link.Place}: {link.Url} leads to {link.File}, which does not exist.")
            .ShouldBeNone("a reader follows it");

    [Fact]
    public void A_link_leads_to_a_heading_of_its_document()
        => (from document in Documents.Values
            from link in document.Links
            where link.Anchor is not null && Documents.TryGetValue(link.File ?? document.Path, out var target) && !target.Anchors.Contains(link.Anchor)
            select $"{link.Place}: {link.Url} leads to #{link.Anchor}, and {link.File ?? document.Path} has no such heading.")
            .ShouldBeNone("a browser shows the top of the page instead, and says nothing");

    [Fact]
    public void A_path_in_code_quotes_exists()
        => (from document in Documents.Values
            from path in document.Paths
            where !Exists(path.Value)
            select $"{path.Place}: `{path.Value}` does not exist.")
            .ShouldBeNone("a reader looks for it");

    [Fact]
    public void An_address_of_the_repository_names_a_file_of_it()
        => (from file in Repository.Files
            where file.IsText && !file.Path.StartsWith("tests/", StringComparison.Ordinal)
            from line in file.Lines.Index()
            from match in Address().Matches(line.Item)
            let path = Uri.UnescapeDataString(match.Groups[1].Value).TrimEnd('.', '/')
            where !Exists(path)
            select $"{file.Path}:{line.Index + 1}: {match.Value} names {path}, which does not exist.")
            .ShouldBeNone("packages show it on other sites");

    // A folder exists when it holds a file; a star stands for a part of a name, two of them for folders too.
    private static bool Exists(string path)
    {
        var pattern = Regex.Escape(path.TrimEnd('/')).Replace(@"\*\*", ".*", StringComparison.Ordinal).Replace(@"\*", "[^/]*", StringComparison.Ordinal);
        return pattern.Length == 0 || Repository.Files.Any(file => Regex.IsMatch(file.Path, $"^{pattern}(/|$)"));
    }

    [GeneratedRegex(@"https://github\.com/techcorp/patterns/(?:blob|tree|raw)/main/([^\s""'<>)#?`…]+)", RegexOptions.IgnoreCase)]
    private static partial Regex Address();
}
