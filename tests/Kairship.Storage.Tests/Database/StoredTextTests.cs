using System.Text;
using CsCheck;
using Kairship.Storage.Database;

namespace Kairship.Storage.Tests.Database;

public sealed class StoredTextTests
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    [Theory]
    [InlineData(null, null)]
    [InlineData("", "")]
    [InlineData("Größe ☸ 🚢", "Größe ☸ 🚢")]
    [InlineData("a\0b", "a\uFFFDb")]
    public void Clean_KnownTexts_AreAsExpected(string? text, string? expected) => StoredText.Clean(text).Should().Be(expected);

    /// <summary>Not in the table above: attributes are stored as UTF-8 and would lose them.</summary>
    [Fact]
    public void Clean_HalfASurrogatePair_IsReplaced()
    {
        StoredText.Clean("\uD83D").Should().Be("\uFFFD");
        StoredText.Clean("\uDEA2\uD83D!").Should().Be("\uFFFD\uFFFD!");
    }

    [Fact]
    public void Clean_AnyText_CanBeStoredAndStaysAsLong() => Gen.String[Gen.Char, 0, 40].Sample(text =>
    {
        var clean = StoredText.Clean(text);
        return clean.Length == text.Length && !clean.Contains('\0') && Strict.GetString(Strict.GetBytes(clean)) == clean && StoredText.Clean(clean) == clean;
    });
}
