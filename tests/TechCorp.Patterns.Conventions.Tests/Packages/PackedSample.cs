using System.Text.RegularExpressions;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The sample that knows nothing of the repository but the packages.</summary>
[Collection(PackedCollection.Name)]
public sealed partial class PackedSample(PackedFeed feed) : IDisposable
{
    private const string Project = "PackedSample.csproj";

    private readonly TemporaryFolder _folder = new("packed-sample");

    [Safeguard("The packages work outside of the repository", SwitchedOff = "packed before `MessagingBuilder` knew the in-memory broker")]
    [Fact]
    public async Task A_project_with_nothing_but_the_packages_consumes_a_message_and_makes_an_order_once()
    {
        var sample = CopyOutOfTheRepository();
        var environment = new Dictionary<string, string> { ["NUGET_PACKAGES"] = Path.Combine(_folder.Path, "packages") };
        string[] settings = [$"-p:TechCorpPatternsVersion={feed.Version}", "-nologo", "-v", "quiet", "-nodeReuse:false"];

        await Command.RunAsync(sample, environment, "dotnet", ["restore", Project, "--ignore-failed-sources",
            $"-p:RestoreAdditionalProjectSources={feed.Folder}", $"-p:RestoreFallbackFolders={await CacheOfThisMachineAsync()}", .. settings]);
        await Command.RunAsync(sample, environment, "dotnet",
            ["build", Project, "--no-restore", "-o", Path.Combine(sample, "out"), "-p:UseSharedCompilation=false", .. settings]);
        var output = await Command.RunAsync(sample, environment, "dotnet", Path.Combine(sample, "out", "PackedSample.dll"));

        output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Should().Equal(
            "order.created 42 arrived in analytics.order-events", "order 1 of 1 was made by 2 requests with 1 key");
    }

    [Safeguard("Version of the packed sample", SwitchedOff = "set to another one")]
    [Fact]
    public void The_packed_sample_asks_for_the_version_of_the_repository_unless_another_one_is_given()
    {
        var version = VersionPrefix().Match(File.ReadAllText(Path.Combine(Repository.Root, "Directory.Build.props"))).Groups[1].Value;

        File.ReadAllText(Path.Combine(Repository.Root, "samples/PackedSample", Project)).Should().Contain($">{version}</TechCorpPatternsVersion>");
    }

    public void Dispose() => _folder.Dispose();

    private string CopyOutOfTheRepository()
    {
        var target = Directory.CreateDirectory(Path.Combine(_folder.Path, "sample")).FullName;
        foreach (var file in Repository.Files.Where(file => file.Path.StartsWith("samples/PackedSample/", StringComparison.Ordinal)))
        {
            File.Copy(file.FullPath, Path.Combine(target, file.Name));
        }

        return target;
    }

    // Packages that the machine has need not be fetched again; ours are in none of its folders, because their version is new.
    private static async Task<string> CacheOfThisMachineAsync()
    {
        var answer = await Command.RunAsync(Repository.Root, environment: null, "dotnet", "nuget", "locals", "global-packages", "--list");
        return answer.Split(": ", 2)[1].Trim();
    }

    [GeneratedRegex("<VersionPrefix>(.*?)</VersionPrefix>")]
    private static partial Regex VersionPrefix();
}
