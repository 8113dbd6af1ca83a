namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>What is in the packed packages.</summary>
[Collection(PackedCollection.Name)]
public sealed class PackageContents(PackedFeed feed)
{
    [Safeguard("Dependency table, packages", SwitchedOff = "Outbox packed with Npgsql")]
    [Theory, MemberData(nameof(Package.Names), MemberType = typeof(Package))]
    public void A_package_depends_on_what_the_table_allows_and_on_nothing_else(string package)
    {
        var rule = Package.Named(package);
        var dependencies = Open(package).Dependencies.Keys.ToList();

        dependencies
            .Where(dependency => !rule.Allows(dependency))
            .Select(dependency => $"{package} depends on {dependency}, which the table does not allow.")
            .Concat(rule.Needs.Except(dependencies).Select(need => $"{package} does not depend on {need}."))
            .ShouldBeNone("everyone who installs the package gets its dependencies too");
    }

    [Safeguard("License, readme, icon", SwitchedOff = "another license expression")]
    [Theory, MemberData(nameof(Package.Names), MemberType = typeof(Package))]
    public void A_package_carries_a_readme_an_icon_the_license_and_a_description(string package)
    {
        var packed = Open(package);

        packed.Readme.Should().NotBeNull().And.BeOneOf(packed.Entries);
        packed.Icon.Should().NotBeNull().And.BeOneOf(packed.Entries);
        packed.Licence.Should().Be("MIT");
        packed.Description.Should().NotBeNullOrWhiteSpace();
    }

    [Safeguard("Documentation in the package", SwitchedOff = "documentation file switched off for Resilience")]
    [Theory, MemberData(nameof(Package.Names), MemberType = typeof(Package))]
    public void A_package_has_one_target_framework_with_the_assembly_and_its_documentation(string package)
    {
        var packed = Open(package);

        packed.Frameworks.Distinct().Should().Equal("net10.0"); // once for the dependencies, and once for a reference to a framework
        packed.Entries.Where(entry => entry.StartsWith("lib/", StringComparison.Ordinal))
            .Should().BeEquivalentTo($"lib/net10.0/{package}.dll", $"lib/net10.0/{package}.xml");
    }

    [Safeguard("Symbols", SwitchedOff = "symbol package switched off for Resilience")]
    [Theory, MemberData(nameof(Package.Names), MemberType = typeof(Package))]
    public void A_package_has_its_symbols_beside_it(string package)
    {
        var symbols = feed.FileOf(package, "snupkg");

        File.Exists(symbols).Should().BeTrue("{0} is what a debugger fetches", symbols);
        new PackedPackage(symbols).Entries.Should().Contain($"lib/net10.0/{package}.pdb");
    }

    [Safeguard("One version", SwitchedOff = "Outbox packed with another version")]
    [Fact]
    public void The_packages_have_one_version_and_ask_for_each_other_in_it()
    {
        var packages = Package.All.Select(package => Open(package.Name)).ToList();
        var arrows = packages.SelectMany(package => package.Dependencies).Where(dependency => dependency.Key.StartsWith("TechCorp.", StringComparison.Ordinal))
            .ToList();

        packages.Should().OnlyContain(package => package.Version == feed.Version);
        arrows.Should().HaveCount(4).And.OnlyContain(arrow => arrow.Value == feed.Version);
    }

    private PackedPackage Open(string package) => new(feed.FileOf(package, "nupkg"));
}
