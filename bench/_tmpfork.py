import os, sys
from bench import service
def main(cert, p, n):
    import ssl
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); tls.load_cert_chain(cert)
    l = service.Listener(tls, service.Course(0, b"x"))
    print(l.server_address[1], flush=True)
    for _ in range(int(os.environ.get("W","4"))-1):
        if os.fork()==0: break
    l.serve_forever()
main(*sys.argv[1:])
