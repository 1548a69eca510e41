using System.Buffers.Binary;
using System.Text;

namespace Kairship.Simulator.Api.Bodies;

/// <summary>The wire format of protocol buffers, field by field.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> bytes)
{
    ReadOnlySpan<byte> _rest = bytes;

    public int Number { get; private set; }

    /// <summary>0 varint, 1 fixed 64, 2 bytes, 5 fixed 32.</summary>
    public int WireType { get; private set; }

    /// <summary>Moves to the next field; false at the end.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty)
            return false;
        var tag = Varint();
        (Number, WireType) = ((int)(tag >> 3), (int)(tag & 7));
        return true;
    }

    public ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_rest.IsEmpty)
                throw new FormatException("unexpected end of a protobuf message");
            var part = _rest[0];
            _rest = _rest[1..];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return value;
        }
        throw new FormatException("a protobuf varint is too long");
    }

    public ReadOnlySpan<byte> Bytes()
    {
        var length = Varint();
        if (length > (ulong)_rest.Length)
            throw new FormatException("unexpected end of a protobuf message");
        var value = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return value;
    }

    public string Text() => Encoding.UTF8.GetString(Bytes());

    public double Double()
    {
        if (_rest.Length < 8)
            throw new FormatException("unexpected end of a protobuf message");
        var value = BinaryPrimitives.ReadDoubleLittleEndian(_rest);
        _rest = _rest[8..];
        return value;
    }

    /// <summary>Passes over the value of a field that is not known.</summary>
    public void Skip()
    {
        switch (WireType)
        {
            case 0:
                Varint();
                break;
            case 1:
                Double();
                break;
            case 2:
                Bytes();
                break;
            case 5 when _rest.Length >= 4:
                _rest = _rest[4..];
                break;
            default:
                throw new FormatException($"a protobuf message has the wire type {WireType}");
        }
    }
}
