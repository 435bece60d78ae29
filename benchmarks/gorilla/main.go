// Gorilla's websocket package as its examples use it: a goroutine for each connection, which reads and writes in a loop.
package main

import (
	"log"
	"net/http"
	"os"
	"runtime/debug"
	"sync"

	"github.com/gorilla/websocket"
)

// How many messages may wait for one subscriber, as in gorilla's chat example.
const waiting = 256

var upgrader = websocket.Upgrader{EnableCompression: true}

func main() {
	http.HandleFunc("/echo", serveEcho)
	http.HandleFunc("/fanout", serveFanOut)
	http.HandleFunc("/upload", serveUpload)
	http.HandleFunc("/collect-garbage", collectGarbage)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}

// collectGarbage leaves in memory only what is in use, for a look at that.
func collectGarbage(http.ResponseWriter, *http.Request) {
	debug.FreeOSMemory()
}

func serveEcho(response http.ResponseWriter, request *http.Request) {
	connection, err := upgrader.Upgrade(response, request, nil)
	if err != nil {
		return
	}
	defer connection.Close()
	for {
		kind, message, err := connection.ReadMessage()
		if err != nil {
			return
		}
		if err := connection.WriteMessage(kind, message); err != nil {
			return
		}
	}
}

// serveUpload swallows binary messages; the text message at their end is answered.
func serveUpload(response http.ResponseWriter, request *http.Request) {
	connection, err := upgrader.Upgrade(response, request, nil)
	if err != nil {
		return
	}
	defer connection.Close()
	for {
		kind, message, err := connection.ReadMessage()
		if err != nil {
			return
		}
		if kind == websocket.TextMessage {
			if err := connection.WriteMessage(kind, message); err != nil {
				return
			}
		}
	}
}

var (
	subscribersLock sync.RWMutex
	subscribers     = map[chan *websocket.PreparedMessage]bool{}
)

// serveFanOut has a second goroutine for each connection, which writes what waits for it.
func serveFanOut(response http.ResponseWriter, request *http.Request) {
	connection, err := upgrader.Upgrade(response, request, nil)
	if err != nil {
		return
	}
	outgoing := make(chan *websocket.PreparedMessage, waiting)
	subscribe(outgoing)
	go writeAll(connection, outgoing)
	for {
		kind, message, err := connection.ReadMessage()
		if err != nil {
			break
		}
		prepared, err := websocket.NewPreparedMessage(kind, message)
		if err != nil {
			break
		}
		broadcast(prepared)
	}
	unsubscribe(outgoing)
}

func writeAll(connection *websocket.Conn, outgoing chan *websocket.PreparedMessage) {
	defer connection.Close()
	for message := range outgoing {
		if err := connection.WritePreparedMessage(message); err != nil {
			return
		}
	}
}

func subscribe(outgoing chan *websocket.PreparedMessage) {
	subscribersLock.Lock()
	defer subscribersLock.Unlock()
	subscribers[outgoing] = true
}

func unsubscribe(outgoing chan *websocket.PreparedMessage) {
	subscribersLock.Lock()
	defer subscribersLock.Unlock()
	if subscribers[outgoing] {
		delete(subscribers, outgoing)
		close(outgoing)
	}
}

// broadcast drops the message for a subscriber for whom too many wait.
func broadcast(message *websocket.PreparedMessage) {
	subscribersLock.RLock()
	defer subscribersLock.RUnlock()
	for outgoing := range subscribers {
		select {
		case outgoing <- message:
		default:
		}
	}
}
