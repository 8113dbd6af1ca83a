namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The tests that read packed packages; they are packed once for all of them.</summary>
[CollectionDefinition(Name)]
public sealed class PackedCollection : ICollectionFixture<PackedFeed>
{
    public const string Name = "Packed";
}
