namespace TechCorp.Resilience.Tests;

public sealed class FingerprintTests
{
    [Fact]
    public void It_is_the_hash_of_the_text_as_utf_8_in_lower_case()
        => Fingerprint.Of("abc").Value.Should().Be("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");

    [Fact]
    public void Text_and_its_bytes_have_the_same_one() => Fingerprint.Of("abc").Should().Be(Fingerprint.Of("abc"u8));

    [Fact]
    public void None_is_the_default_and_empty()
    {
        Fingerprint.None.Should().Be(default(Fingerprint));
        Fingerprint.None.Value.Should().BeEmpty();
        Fingerprint.Parse("").Should().Be(Fingerprint.None);
    }

    [Fact]
    public void What_a_store_kept_is_parsed_to_the_same_fingerprint()
    {
        var kept = Fingerprint.Of("abc");

        Fingerprint.Parse(kept.ToString()).Should().Be(kept);
    }

    [Safeguard("Requests that differ in a derived type have no common fingerprint", SwitchedOff = "`Fingerprint.Of` does not look at the runtime type")]
    [Fact, Trait("Spec", "FM8")]
    public void A_request_of_a_derived_type_is_refused_by_the_fingerprint_of_its_base_type()
    {
        Receipt request = new SignedReceipt("r1", 5, "ana");

        FluentActions.Invoking(() => Fingerprint.Of(request, ShopJson.Default.Receipt)).Should().Throw<ArgumentException>()
            .WithMessage($"*{typeof(SignedReceipt)}*{typeof(Receipt)}*");
    }

    [Fact]
    public void More_than_64_characters_are_no_fingerprint()
        => FluentActions.Invoking(() => Fingerprint.Parse(new string('a', 65))).Should().Throw<ArgumentException>()
            .WithParameterName("value").WithMessage("At most 64 characters are allowed; there are 65.*");

    [Fact]
    public void A_missing_text_is_refused()
    {
        FluentActions.Invoking(() => Fingerprint.Of((string)null!)).Should().Throw<ArgumentNullException>().WithParameterName("content");
        FluentActions.Invoking(() => Fingerprint.Parse(null!)).Should().Throw<ArgumentNullException>().WithParameterName("value");
    }
}
