namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The readmes inside the packages, which are read where the repository is not.</summary>
[Collection(PackedCollection.Name)]
public sealed class PackageReadmes(PackedFeed feed)
{
    [Safeguard("Package readmes", SwitchedOff = "the readme of the repository is packed")]
    [Theory, MemberData(nameof(Package.Names), MemberType = typeof(Package))]
    public void A_packed_readme_is_the_one_beside_the_project(string package)
        => Readme(Open(package)).Should().Be(File.ReadAllText(Path.Combine(Repository.Root, "src", package, "README.md")));

    [Safeguard("Package readmes")]
    [Theory, MemberData(nameof(Package.Names), MemberType = typeof(Package))]
    public void A_packed_readme_is_titled_with_its_package(string package)
        => Readme(Open(package)).Should().StartWith($"# {package}\n");

    [Safeguard("Links of package readmes are absolute", SwitchedOff = "a relative link")]
    [Theory, MemberData(nameof(Package.Names), MemberType = typeof(Package))]
    public void A_packed_readme_has_absolute_links_only(string package)
        => MarkdownLinks.In(Readme(Open(package)))
            .Where(link => !link.StartsWith("https://", StringComparison.Ordinal))
            .Select(link => $"{package}: '{link}' leads nowhere outside the repository; write the https:// URL.")
            .ShouldBeNone("a registry shows the readme without the repository around it");

    [Safeguard("Links of package readmes lead somewhere", SwitchedOff = "a link to a file that does not exist")]
    [Theory, MemberData(nameof(Package.Names), MemberType = typeof(Package))]
    public void A_link_of_a_packed_readme_into_the_repository_leads_to_a_file(string package)
    {
        var packed = Open(package);
        var files = $"{packed.ProjectUrl}/blob/main/";
        var links = MarkdownLinks.In(Readme(packed)).Where(link => link.StartsWith(packed.ProjectUrl!, StringComparison.Ordinal)).ToList();

        links.Should().NotBeEmpty("a readme says where to read on");
        links.Where(link => !link.StartsWith(files, StringComparison.Ordinal) || !Exists(link[files.Length..].Split('#')[0]))
            .Select(link => $"{package}: '{link}' is no file of the repository; files begin with {files}.")
            .ShouldBeNone("a link that leads nowhere is worse than none");
    }

    [Theory, MemberData(nameof(Package.Names), MemberType = typeof(Package))]
    public void A_package_says_where_its_source_is(string package)
    {
        var packed = Open(package);

        packed.ProjectUrl.Should().StartWith("https://").And.NotEndWith("/");
        packed.RepositoryUrl.Should().Be(packed.ProjectUrl);
    }

    private static bool Exists(string path) => Repository.Files.Any(file => file.Path == path);

    private static string Readme(PackedPackage packed) => packed.Documents[packed.Readme!];

    private PackedPackage Open(string package) => new(feed.FileOf(package, "nupkg"));
}
