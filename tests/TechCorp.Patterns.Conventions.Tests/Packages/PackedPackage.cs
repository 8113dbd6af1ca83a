using System.IO.Compression;
using System.Xml.Linq;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>A packed package, opened: its entries and its manifest.</summary>
internal sealed class PackedPackage
{
    private readonly XElement _metadata;

    public PackedPackage(string file)
    {
        using var archive = ZipFile.OpenRead(file);
        Entries = archive.Entries.Select(entry => entry.FullName).ToHashSet(StringComparer.Ordinal);
        Documents = archive.Entries.Where(IsDocument).ToDictionary(entry => entry.FullName, Read, StringComparer.Ordinal);
        using var manifest = archive.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        _metadata = XDocument.Load(manifest).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
    }

    public IReadOnlySet<string> Entries { get; }

    /// <summary>The text of each Markdown file at the root of the package.</summary>
    public IReadOnlyDictionary<string, string> Documents { get; }

    public string Version => Value("version")!;

    public string? Readme => Value("readme");

    public string? Icon => Value("icon");

    public string? ProjectUrl => Value("projectUrl");

    public string? RepositoryUrl => Element("repository")?.Attribute("url")?.Value;

    public string? Description => Value("description");

    /// <summary>The license expression; null when the license is a file or a link.</summary>
    public string? Licence => Element("license") is { } licence && licence.Attribute("type")?.Value == "expression" ? licence.Value : null;

    public IReadOnlyList<string> Frameworks => [.. Descendants("group").Select(group => group.Attribute("targetFramework")!.Value)];

    public IReadOnlyDictionary<string, string> Dependencies
        => Descendants("dependency").ToDictionary(dependency => dependency.Attribute("id")!.Value, dependency => dependency.Attribute("version")!.Value);

    private static bool IsDocument(ZipArchiveEntry entry) => entry.FullName == entry.Name && entry.Name.EndsWith(".md", StringComparison.Ordinal);

    private static string Read(ZipArchiveEntry entry)
    {
        using var reader = new StreamReader(entry.Open());
        return reader.ReadToEnd();
    }

    private string? Value(string name) => Element(name)?.Value;

    private XElement? Element(string name) => _metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name);

    private IEnumerable<XElement> Descendants(string name) => _metadata.Descendants().Where(element => element.Name.LocalName == name);
}
