using System.Globalization;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>What <c>eng/release.sh</c> makes of a release, rehearsed without tests and packages.</summary>
public sealed class ReleaseScript
{
    private static readonly string[] Rehearsal = ["--dry-run", "--no-test", "--no-pack"];

    [Safeguard("A removed API is not shipped", SwitchedOff = "`*REMOVED*` lines take nothing out")]
    [Fact]
    public void A_release_moves_the_changelog_sets_the_version_and_ships_the_api()
    {
        using var repository = new ReleaseRepository();

        repository.Rehearse("1.1.0");

        repository.Read("CHANGELOG.md").Should()
            .MatchRegex(@"## \[Unreleased\]\n\n## \[1\.1\.0\] - \d{4}-\d\d-\d\d\n\n### Added\n\n- A thing\.\n\n## \[1\.0\.0\] - 2026-01-01\n")
            .And.MatchRegex(@"\[Unreleased\]: https://\S+/compare/v1\.1\.0\.\.\.HEAD\n\[1\.1\.0\]: https://\S+/compare/v1\.0\.0\.\.\.v1\.1\.0\n\[1\.0\.0\]: ");
        repository.Read("Directory.Build.props").Should().Contain("<VersionPrefix>1.1.0</VersionPrefix>");
        repository.Read("samples/PackedSample/PackedSample.csproj").Should()
            .Contain(">1.1.0</TechCorpPatternsVersion>").And.Contain("-p:TechCorpPatternsVersion=1.1.0\n");
        repository.Read($"{ReleaseRepository.Package}/PublicAPI.Shipped.txt").Should().Be("#nullable enable\nA\nC\n");
        repository.Read($"{ReleaseRepository.Package}/PublicAPI.Unshipped.txt").Should().Be("#nullable enable\n");
    }

    [Safeguard("A final release after a candidate has what the candidate brought",
        SwitchedOff = "`write_changelog` keeps the sections of the candidates apart")]
    [Fact]
    public void A_final_release_takes_over_the_changelog_of_its_candidates()
    {
        using var repository = new ReleaseRepository();
        repository.Release("1.1.0-rc.1");

        repository.Rehearse("1.1.0");

        repository.Read("CHANGELOG.md").Should()
            .MatchRegex(@"## \[Unreleased\]\n\n## \[1\.1\.0\] - \d{4}-\d\d-\d\d\n+### Added\n\n- A thing\.\n\n## \[1\.0\.0\] - 2026-01-01\n")
            .And.Contain("compare/v1.0.0...v1.1.0").And.NotContain("rc.1");
    }

    [Fact]
    public void A_release_is_one_commit_with_an_annotated_tag()
    {
        using var repository = new ReleaseRepository();

        repository.Rehearse("1.1.0");

        repository.GitInClone("log", "--format=%s", "v1.0.0..HEAD").Should().Be("Release 1.1.0");
        repository.GitInClone("cat-file", "-t", "v1.1.0").Should().Be("tag");
        repository.GitInClone("rev-parse", "v1.1.0^{commit}").Should().Be(repository.GitInClone("rev-parse", "HEAD"));
        repository.GitInClone("status", "--porcelain").Should().BeEmpty();
    }

    [Fact]
    public void A_release_brings_commit_tag_and_packages_into_the_checkout_and_prints_what_publishes_them()
    {
        using var repository = new ReleaseRepository();

        var output = repository.Release("1.1.0");

        output.Should().Contain("git push --atomic origin main v1.1.0").And.Contain("dotnet nuget push 'artifacts/release/*.nupkg'");
        repository.Git("log", "--format=%s", "v1.0.0..main").Should().Be("Release 1.1.0");
        repository.Git("rev-parse", "v1.1.0^{commit}").Should().Be(repository.Git("rev-parse", "HEAD"));
        repository.Git("status", "--porcelain").Should().BeEmpty();
        Directory.GetFiles(Path.Combine(repository.Root, "artifacts/release")).Select(Path.GetFileName).Should()
            .BeEquivalentTo("TechCorp.Resilience.1.1.0.nupkg", "TechCorp.Resilience.1.1.0.snupkg");
    }

    [Safeguard("A pre-release promises no API")]
    [Fact]
    public void A_release_is_compared_with_the_last_one_and_its_packages_are_tested()
    {
        using var repository = new ReleaseRepository();
        repository.Git("tag", "v1.1.0-rc.1");

        repository.Release("1.1.0");

        repository.DotnetCalls.Should().Contain(
            call => call.StartsWith("pack src/TechCorp.Resilience/", StringComparison.Ordinal)
            && call.Contains("-p:BaselineVersion=1.0.0 -p:BaselinePackages=/TechCorp.Resilience/", StringComparison.Ordinal));
        repository.DotnetCalls[^1].Should().Contain("TechCorp.Patterns.Conventions.Tests.dll").And.Contain("*.PackageContents");
    }

    [Safeguard("A failed release leaves nothing behind", SwitchedOff = "the work is done in the checkout")]
    [Fact]
    public void A_release_whose_tests_fail_leaves_the_checkout_as_it_is()
    {
        using var repository = new ReleaseRepository(testsEndWith: 1);
        var before = repository.Git("for-each-ref");

        repository.Invoking(it => it.Release("1.1.0")).Should().Throw<InvalidOperationException>()
            .WithMessage("*ended with 1:*release: ./test.sh failed for 1.1.0;*");

        repository.Git("for-each-ref").Should().Be(before);
        repository.Git("status", "--porcelain", "--ignored").Should().BeEmpty();
    }

    [Safeguard("A failed release leaves nothing behind")]
    [Fact]
    public void A_rehearsal_leaves_the_checkout_as_it_is()
    {
        using var repository = new ReleaseRepository();
        var before = repository.Git("for-each-ref");

        var output = repository.Rehearse("1.1.0");

        output.Should().Contain("nothing was changed");
        repository.Git("for-each-ref").Should().Be(before);
        repository.Git("status", "--porcelain", "--ignored").Should().BeEmpty();
    }

    [Safeguard("A pre-release promises no API", SwitchedOff = "it ships the API; it is the baseline of the next release")]
    [Fact]
    public void A_pre_release_keeps_the_unshipped_api()
    {
        using var repository = new ReleaseRepository();

        repository.Rehearse("1.1.0-rc.1");

        repository.Read("Directory.Build.props").Should().Contain("<VersionPrefix>1.1.0</VersionPrefix>");
        repository.Read($"{ReleaseRepository.Package}/PublicAPI.Unshipped.txt").Should().Contain("*REMOVED*B\nC\n");
    }

    [Safeguard("A release is newer than the last")]
    [Fact]
    public void A_release_is_newer_than_its_pre_releases()
    {
        using var repository = new ReleaseRepository();
        repository.Git("tag", "v1.1.0-rc.10");

        repository.Refusal(["1.1.0-rc.9", .. Rehearsal]).Should().Contain("1.1.0-rc.9 is not newer than v1.1.0-rc.10");
        repository.Rehearse("1.1.0").Should().Contain("v1.1.0 (tag)");
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("v1.1.0")]
    [InlineData("1.01.0")]
    [InlineData("1.1.0-rc.01")]
    [InlineData("1.1.0+build")]
    [InlineData("latest")]
    public void A_version_that_is_not_semantic_is_refused(string version)
    {
        using var repository = new ReleaseRepository();

        repository.Refusal([version, .. Rehearsal]).Should().Be(
            string.Create(CultureInfo.InvariantCulture,
                $"release: '{version}' is not a semantic version; give MAJOR.MINOR.PATCH, for example 0.2.0 or 0.2.0-rc.1."));
    }

    [Safeguard("A release is newer than the last", SwitchedOff = "pre-releases sort after their release")]
    [Theory]
    [InlineData("0.9.9", "release: 0.9.9 is not newer than v1.0.0, the last tag; give a newer version.")]
    [InlineData("1.0.0-rc.1", "release: 1.0.0-rc.1 is not newer than v1.0.0, the last tag; give a newer version.")]
    [InlineData("1.0.0", "release: the tag v1.0.0 exists; give a version that was not released.")]
    public void A_version_that_is_not_newer_is_refused(string version, string error)
    {
        using var repository = new ReleaseRepository();

        repository.Refusal([version, .. Rehearsal]).Should().Be(error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("### Added\n\n### Fixed\n")]
    public void A_release_without_anything_in_the_changelog_is_refused(string unreleased)
    {
        using var repository = new ReleaseRepository(unreleased);

        repository.Refusal(["1.1.0", .. Rehearsal]).Should()
            .Be("release: the Unreleased section of CHANGELOG.md is empty; list what users notice since v1.0.0.");
    }

    [Safeguard("A release from committed files only", SwitchedOff = "the check for uncommitted changes is left out")]
    [Fact]
    public void A_checkout_with_uncommitted_changes_is_refused()
    {
        using var repository = new ReleaseRepository();
        repository.Write("forgotten.txt", "");

        repository.Refusal(["1.1.0", .. Rehearsal]).Should().Be("release: the checkout has uncommitted changes; commit or stash them (git status lists them).");
    }

    [Theory]
    [InlineData("--no-test")]
    [InlineData("--no-pack")]
    public void A_real_release_leaves_nothing_out(string option)
    {
        using var repository = new ReleaseRepository();

        repository.Refusal("1.1.0", option).Should().Be("release: --no-test, --no-pack and --clone are for a rehearsal; add --dry-run.");
    }
}
