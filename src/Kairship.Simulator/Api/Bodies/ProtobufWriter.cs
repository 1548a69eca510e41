using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Kairship.Simulator.Api.Bodies;

/// <summary>Writes the wire format of protocol buffers, field by field.</summary>
internal sealed class ProtobufWriter
{
    const int Variable = 0;
    const int Fixed64 = 1;
    const int Delimited = 2;

    readonly ArrayBufferWriter<byte> _bytes = new();

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    /// <summary>Nothing is written for null or an empty text: that is how proto3 says so.</summary>
    public void Text(int number, string? text)
    {
        if (!string.IsNullOrEmpty(text))
            Element(number, text);
    }

    /// <summary>An element of a repeated field, written even when it is empty.</summary>
    public void Element(int number, string text) => Block(number, Encoding.UTF8.GetBytes(text));

    public void Flag(int number, bool value)
    {
        if (value)
            Integer(number, 1);
    }

    public void Integer(int number, long value)
    {
        Tag(number, Variable);
        Varint((ulong)value);
    }

    public void Real(int number, double value)
    {
        Tag(number, Fixed64);
        BinaryPrimitives.WriteDoubleLittleEndian(_bytes.GetSpan(sizeof(double)), value);
        _bytes.Advance(sizeof(double));
    }

    public void Message(int number, Action<ProtobufWriter> content)
    {
        var inner = new ProtobufWriter();
        content(inner);
        Block(number, inner._bytes.WrittenSpan);
    }

    void Block(int number, ReadOnlySpan<byte> bytes)
    {
        Tag(number, Delimited);
        Varint((ulong)bytes.Length);
        _bytes.Write(bytes);
    }

    void Tag(int number, int wireType) => Varint(((ulong)number << 3) | (uint)wireType);

    void Varint(ulong value)
    {
        var span = _bytes.GetSpan(10);
        var count = 0;
        for (; value >= 0x80; value >>= 7)
            span[count++] = (byte)(value | 0x80);
        span[count++] = (byte)value;
        _bytes.Advance(count);
    }
}
