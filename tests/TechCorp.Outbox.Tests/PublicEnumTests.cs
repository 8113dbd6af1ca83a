namespace TechCorp.Outbox.Tests;

/// <summary>A value that nobody has set is never read as a success.</summary>
public sealed class PublicEnumTests
{
    private static readonly string[] Successes = ["Committed", "Completed", "Compensated", "Confirmed", "Done", "Proceed", "Succeeded", "Success"];

    public static TheoryData<Type> PublicEnums => [.. typeof(TransactionalOutbox).Assembly.GetExportedTypes().Where(type => type.IsEnum)];

    [Theory, MemberData(nameof(PublicEnums)), Trait("Spec", "FH5")]
    public void The_default_of_a_public_enumeration_is_no_success(Type type)
        => Successes.Should().NotContain(Enum.GetName(type, 0) ?? "");
}
