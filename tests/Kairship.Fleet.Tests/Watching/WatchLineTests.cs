using System.Text;
using CsCheck;
using Kairship.Fleet.Watching;

namespace Kairship.Fleet.Tests.Watching;

public class WatchLineTests
{
    private const string Event = """
        {"type":"MODIFIED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a\"b","namespace":"ns","resourceVersion":"42","managedFields":[{"manager":"x","fieldsV1":{"f:data":{}}}],"labels":{"l":"1"}},"data":{"k":"ü\n","n":"1.50"}}}
        """;

    [Fact]
    public void Read_Event_KeepsTheObjectWithoutManagedFields()
    {
        var line = Read(Event);
        line.Type.Should().Be(WatchLineType.Modified);
        line.Object!.Should().Match<WatchedObject>(o => o.Name == "a\"b" && o.Namespace == "ns" && o.ResourceVersion == "42");
        var json = line.Object!.Parse();
        json["metadata"]!.AsObject().Should().NotContainKey("managedFields").And.ContainKey("labels");
        json["data"]!["k"]!.ToString().Should().Be("ü\n");
        json["kind"]!.ToString().Should().Be("ConfigMap");
    }

    [Fact]
    public void Read_TypeAfterTheObject_IsTheSame() =>
        Read("""{"object":{"metadata":{"name":"a","resourceVersion":"7"}},"type":"DELETED"}""").Should().Match<WatchLine>(l => l.Type == WatchLineType.Deleted && l.Object!.Name == "a");

    [Fact]
    public void Read_BookmarkAndError_TellVersionAndCode()
    {
        Read("""{"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"99","creationTimestamp":null}}}""").ResourceVersion.Should().Be("99");
        Read("""{"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old"}}""").Should().Match<WatchLine>(l => l.Type == WatchLineType.Error && l.Code == 410 && l.Message == "too old");
    }

    [Fact]
    public void Read_EveryLineThatWasCutOff_IsGarbage()
    {
        var bytes = Encoding.UTF8.GetBytes(Event.Trim());
        for (var length = 1; length < bytes.Length; length++)
        {
            WatchLine.Read(bytes.AsSpan(0, length), new ObjectReader("v1", "ConfigMap")).Type.Should().Be(WatchLineType.Garbage, $"of {length} bytes");
        }
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("\"x\"")]
    [InlineData("{}")]
    [InlineData("""{"type":"ADDED"}""")]
    [InlineData("""{"type":"ADDED","object":[]}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":null}}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":"a"}}}""")]
    [InlineData("""{"type":"WAT","object":{"metadata":{"name":"a","resourceVersion":"1"}}}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"1"}}}{"type":""")]
    public void Read_WhatIsNoEvent_IsGarbage(string line) => Read(line).Type.Should().Be(WatchLineType.Garbage);

    [Fact]
    public void Read_AnyBytes_NeverThrows() =>
        Gen.Select(Gen.Byte.Array[0, 60], Gen.Int[0, Event.Length - 1]).Sample((noise, at) =>
        {
            var bytes = Encoding.UTF8.GetBytes(Event.Trim());
            noise.AsSpan(0, Math.Min(noise.Length, Math.Max(0, bytes.Length - at))).CopyTo(bytes.AsSpan(Math.Min(at, bytes.Length)));
            _ = WatchLine.Read(bytes, new ObjectReader("v1", "ConfigMap"));
            _ = WatchLine.Read(noise, new ObjectReader("v1", "ConfigMap"));
        });

    private static WatchLine Read(string line) => WatchLine.Read(Encoding.UTF8.GetBytes(line.Trim()), new ObjectReader("v1", "ConfigMap"));
}
