namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The floors of a package, from the ground up, and who may name what stands outside of it.</summary>
/// <param name="Package">The name of the package and of its folder under <c>src</c>.</param>
/// <param name="Floors">The last one is the top floor, which alone names the container and the host.</param>
/// <param name="Libraries">The third-party libraries that only some folders name, by the name of the assembly.</param>
internal sealed record PackageFloors(string Package, IReadOnlyList<Floor> Floors, IReadOnlyDictionary<string, string[]> Libraries)
{
    public const string Shared = "src/Shared";

    public static IReadOnlyList<PackageFloors> All { get; } =
    [
        Of("TechCorp.Resilience",
            ["Diagnostics"],
            ["Timeout", "Retry", "CircuitBreaker", "Pipeline"],
            ["Idempotency"],
            ["Registration"]),
        Of("TechCorp.Resilience.Http",
            ["Content"],
            ["Handler"],
            ["Registration"]),
        Of("TechCorp.Resilience.AspNetCore",
            ["Keys"],
            ["Responses"],
            ["Endpoints"],
            ["Registration"]),
        Of("TechCorp.Messaging",
            ["Messages"],
            ["Topology"],
            ["Transport"],
            ["Diagnostics"],
            ["Publishing"],
            ["DeadLetters"],
            ["Consuming"],
            ["RabbitMq", "InMemory"],
            ["Hosting"]).Apart("RabbitMq").Only("RabbitMQ.Client", "RabbitMq"),
        Of("TechCorp.Outbox",
            ["Database"],
            ["Outbox"],
            ["Inbox"],
            ["Idempotency"],
            ["DeadLetters"],
            ["Relay"],
            ["Maintenance"],
            ["Sagas"], // its files outside of the folders below
            ["Sagas/Planning"],
            ["Sagas/Authoring"],
            ["Sagas/Participating"],
            ["Sagas/Storing"],
            ["Sagas/Running"],
            ["Sagas/Operating"],
            ["Registration"]).Only("Dapper", "Database"),
    ];

    public string Folder => $"src/{Package}";

    public Floor Top => Floors[^1];

    /// <summary>The number of the floor that a file stands on, from the ground up, by the longest of the folders; null for a
    /// folder that is on no floor.</summary>
    public int? FloorOf(string file)
    {
        var longest = Floors.Index().Where(floor => floor.Item.FolderOf(file) is not null).OrderByDescending(floor => floor.Item.FolderOf(file)!.Length)
            .ToList();
        return longest.Count > 0 ? longest[0].Index : null;
    }

    /// <summary>Why a file must not name what another file declares; null when it may.</summary>
    public string? Objection(string file, string declaredIn)
    {
        if (FloorOf(file) is not { } from || FloorOf(declaredIn) is not { } to)
        {
            return null;
        }

        var apart = from == to && Floors[from].Apart && Floors[from].FolderOf(file) != Floors[from].FolderOf(declaredIn);
        return to > from ? $"which stands above, on floor {to} ({Floors[to]})" : apart ? $"which stands beside it, in {Floors[to].FolderOf(declaredIn)}" : null;
    }

    private static PackageFloors Of(string package, params string[][] floors)
        => new(package, [new Floor([Shared]), .. floors.Select(folders => new Floor([.. folders.Select(folder => $"src/{package}/{folder}")]))],
            new Dictionary<string, string[]>());

    private PackageFloors Apart(string folder)
        => this with { Floors = [.. Floors.Select(floor => floor.Folders.Contains($"{Folder}/{folder}") ? floor with { Apart = true } : floor)] };

    private PackageFloors Only(string library, params string[] folders)
        => this with { Libraries = new Dictionary<string, string[]>(Libraries) { [library] = [.. folders.Select(folder => $"{Folder}/{folder}")] } };
}
