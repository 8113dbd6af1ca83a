namespace TechCorp.Resilience.Tests;

public sealed class PublicEnumTests
{
    public static TheoryData<Type> PublicEnums => [.. typeof(ResiliencePipeline).Assembly.GetExportedTypes().Where(static type => type.IsEnum)];

    [Theory, Trait("Spec", "FH5")]
    [MemberData(nameof(PublicEnums))]
    public void The_default_value_of_a_public_enum_means_nothing(Type type)
        => (Enum.GetName(type, 0) ?? "None").Should().Be("None", "a value that nobody set must not read as a success or a decision");
}
