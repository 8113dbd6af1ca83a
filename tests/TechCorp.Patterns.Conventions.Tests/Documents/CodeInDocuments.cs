namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The C# that documents show is C# that compiles here.</summary>
public sealed class CodeInDocuments
{
    private static readonly string[] Readmes = ["README.md", "README.pt-BR.md"];

    private static readonly IReadOnlyList<Snippet> Shown = [.. Repository.Files.Where(IsChecked).SelectMany(file => Snippet.Read(file.Path, file.Lines))];

    [Safeguard("Compiled code in documents", SwitchedOff = "a block without a marker")]
    [Fact]
    public void A_block_of_code_has_a_marker_that_names_its_snippet()
        => Shown.Where(snippet => snippet.Name is null)
            .Select(snippet => $"{snippet.Place}: put <!-- snippet: name --> on the line above.")
            .ShouldBeNone("code that is not compiled is wrong sooner or later");

    [Safeguard("Markers", SwitchedOff = "a marker that names no region")]
    [Fact]
    public void A_marker_names_a_region_and_stands_on_a_block_of_code()
        => Shown.Where(snippet => snippet.Name is not null && (snippet.Code is null || !Region.All.Any(region => region.Name == snippet.Name)))
            .Select(snippet => snippet.Code is null ? $"{snippet.Place}: no C# block follows." : $"{snippet.Place}: no region is named '{snippet.Name}'.")
            .ShouldBeNone("a marker ties a block to compiled code");

    [Safeguard("Blocks are up to date", SwitchedOff = "a block with other code")]
    [Fact]
    public void A_block_of_code_equals_its_region()
        => Shown.Where(snippet => snippet.Code is not null && Region.All.FirstOrDefault(region => region.Name == snippet.Name) is { } region
            && region.Code != snippet.Code)
            .Select(snippet => $"{snippet.Place}: '{snippet.Name}' differs from its region; run eng/snippets.sh.")
            .ShouldBeNone("documents show the code as it is");

    [Safeguard("Names of regions", SwitchedOff = "one name twice")]
    [Fact]
    public void No_two_regions_have_the_same_name()
        => Region.All.GroupBy(region => region.Name).Where(same => same.Count() > 1)
            .Select(same => $"'{same.Key}' is in {string.Join(" and ", same.Select(region => region.File))}.")
            .ShouldBeNone("a marker means one region");

    [Safeguard("No dead snippets", SwitchedOff = "a region that no document shows")]
    [Fact]
    public void A_region_of_the_snippets_is_shown_somewhere()
        => Region.All.Where(region => region.File.StartsWith(Region.SnippetFolder, StringComparison.Ordinal)
            && !Shown.Any(snippet => snippet.Name == region.Name))
            .Select(region => $"{region.File}: nothing shows '{region.Name}'.")
            .ShouldBeNone("snippets are there for documents");

    [Safeguard("Readmes show code", SwitchedOff = "readmes without a block")]
    [Fact]
    public void Both_readmes_show_compiled_code()
        => Readmes.Where(readme => !Shown.Any(snippet => snippet.Place.StartsWith(readme + ":", StringComparison.Ordinal) && snippet.Code is not null))
            .Select(readme => $"{readme} shows no C#.")
            .ShouldBeNone("a reader wants to see the first lines to write");

    [Fact]
    public void The_readme_of_messaging_shows_the_packed_sample_as_whole_files()
    {
        var readme = File.ReadAllLines(Path.Combine(Repository.Root, "src/TechCorp.Messaging/README.md"));
        var sources = new[] { "Program.cs", "OrderCreated.cs" }.Select(name => new RepositoryFile($"samples/PackedSample/{name}"));

        Snippet.Read("README.md", readme).Select(snippet => snippet.Code).Should().BeEquivalentTo(
            sources.Select(file => Snippet.Dedent([.. file.Lines.TakeWhile(line => line != "#endregion").Where(line => line is not ['#', ..])])),
            "a reader who copies them has a program that compiles, as the sample does, whose last line calls another example");
    }

    [Safeguard("`eng/snippets.sh`", SwitchedOff = "does not remove the common indentation")]
    [Fact]
    public void The_script_writes_what_the_rule_asks_for()
    {
        using var folder = new TemporaryFolder("snippets");
        Directory.CreateDirectory(Path.Combine(folder.Path, "eng"));
        Directory.CreateDirectory(Path.Combine(folder.Path, Region.SnippetFolder));
        File.Copy(Path.Combine(Repository.Root, "eng/snippets.sh"), Path.Combine(folder.Path, "eng/snippets.sh"));
        File.WriteAllText(Path.Combine(folder.Path, Region.SnippetFolder, "A.cs"),
            "class A\n{\n    #region snippet: one\n\n    int _a;\n\n      int _b; // & \\n\n    #endregion\n}\n");
        var document = Path.Combine(folder.Path, "README.md");
        File.WriteAllText(document,
            "before\n<!-- snippet: one -->\n```csharp\nstale\n```\nafter\n```sh\nls\n```\n  <!-- snippet: one -->\n  ```csharp\n  ```\n");

        Command.Run(folder.Path, "bash", "eng/snippets.sh");

        File.ReadAllText(document).Should().Be(
            "before\n<!-- snippet: one -->\n```csharp\nint _a;\n\n  int _b; // & \\n\n```\nafter\n```sh\nls\n```\n  <!-- snippet: one -->\n  ```csharp\n  int "
                + "_a;\n\n    int _b; // & \\n\n  ```\n");
        Snippet.Read("README.md", File.ReadAllLines(document)).Should().HaveCount(2)
            .And.OnlyContain(snippet => snippet.Name == "one" && snippet.Code == "int _a;\n\n  int _b; // & \\n");
    }

    private static bool IsChecked(RepositoryFile file)
        => file.Path.EndsWith(".md", StringComparison.Ordinal)
            && (Readmes.Contains(file.Path) || file.Path == "CONTRIBUTING.md" || file.Path.StartsWith("docs/", StringComparison.Ordinal)
                || IsPackageReadme(file));

    private static bool IsPackageReadme(RepositoryFile file)
        => file.Name == "README.md" && file.Path.StartsWith("src/", StringComparison.Ordinal);
}
